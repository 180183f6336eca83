"""Names and things that questions are about. Lists only."""

NAMES = (
    "Ada", "Bruno", "Clara", "Dario", "Edith", "Felix", "Greta", "Hugo", "Ida", "Jonas", "Karla", "Leon", "Mira",
    "Nils", "Olga", "Pablo", "Quentin", "Rosa", "Samir", "Tilda", "Umberto", "Vera", "Wanda", "Yusuf", "Zoe",
)  # fmt: skip
CITIES = (
    "Porto", "Vienna", "Oslo", "Lyon", "Dublin", "Prague", "Turin", "Ghent", "Malmo", "Riga", "Seville", "Bern",
    "Krakow", "Utrecht", "Bergen", "Graz", "Nantes", "Tartu",
)  # fmt: skip
ITEMS = (
    "apples", "pens", "books", "coins", "stamps", "cups", "shells", "marbles", "candles", "ribbons", "buttons",
    "postcards", "tickets", "plates", "bulbs",
)  # fmt: skip
COLOURS = ("red", "blue", "green", "yellow", "black", "white", "purple", "orange")
ANIMALS = ("horse", "rabbit", "goat", "owl", "fox", "whale", "beaver", "sheep", "eagle", "otter")
OBJECTS = ("table", "lamp", "spoon", "bottle", "ladder", "clock", "bucket", "pillow", "hammer", "kettle", "umbrella")
PETS = ("dog", "cat", "parrot", "turtle", "hamster", "rabbit", "canary bird")
JOBS = ("baker", "plumber", "nurse", "teacher", "gardener", "pilot", "tailor", "librarian", "carpenter")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WORDS = (
    "river", "candle", "window", "garden", "silver", "button", "harbour", "pepper", "meadow", "lantern", "basket",
    "copper", "feather", "island", "jacket", "kitchen", "lemon", "mirror", "needle", "orchard", "pencil", "quarry",
)  # fmt: skip
ROOMS = ("kitchen", "garage", "cellar", "attic", "office", "workshop", "hall")
