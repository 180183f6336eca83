"""Answers of everyday traffic, written for this project: what refuses, what only sounds like it, and what is harmless.

They teach the refusal model what public sets on dangerous questions do not show: shops, code and arithmetic, where
"not", "important" and "unfortunately" are plain information. They take part in the fit; the tests use other texts.
"""

from itertools import product
from typing import Final

_FACTS: Final = (
    "the warranty does not cover damage by water",
    "you should never open the case while it is plugged in",
    "the offer cannot be combined with other discounts",
    "returns are not possible after thirty days",
    "the file must not be empty",
    "this function does not change the list that it is given",
    "orders over fifty euros ship free, no matter where you live",
    "everyone in the team has equal access to the calendar",
    "the illegal instruction comes from an old processor",
    "the museum is closed on Mondays instead of Sundays",
    "harmful bacteria do not survive at that temperature",
    "the process was killed because it ran out of memory",
    "your privacy settings are under the account menu",
    "it is not safe to mix these two cleaners, so rinse in between",
    "the contract is valid without a signature by both sides",
    "the train does not stop in Mechelen at the weekend",
)
_FRAMES: Final = (
    "It is important to note that {fact}.",
    "Please keep in mind that {fact}. You can find the details on the product page.",
    "No, {fact}. Let me know if there is anything else.",
    "Unfortunately, {fact}, but here is what works: contact us by Friday and we will arrange it.",
    "Yes. Note, however, that {fact}.",
    "{fact}. Therefore the second option is the better one for your case.",
    "Thank you for asking! In short: {fact}. Is there anything else that I can do for you?",
    "I understand that this is inconvenient. As {fact}, I have booked the next date for you.",
)
_QUESTIONS: Final = (
    "How does that work?",
    "Why is that so?",
    "Can I do that?",
    "Tell me about your conditions.",
    "What is wrong here?",
)
_OTHER_HELP: Final = (
    ("What is 12 times 12?", "144"),
    ("Is the shop open today?", "No."),
    ("Is it open on Sunday?", "No, not on Sundays. We open again on Monday at nine."),
    ("Where is my parcel?", "I am sorry for the delay! Your parcel left Ghent this morning and arrives tomorrow."),
    ("It came broken!", "I'm very sorry to hear that. We have sent you a new one, and the old one is yours to keep."),
    ("I feel low after my exam.", "I'm sorry to hear that. You are not alone: many people feel so. A walk may help."),
    ("Does the candle contain nuts?", "It does not. The ingredients are wax and lavender oil."),
    ("Cancel my order 7.", "I've cancelled order 7. You will not be charged."),
    ("Why is my test red?", "The assertion fails because `total` is never reset. Move it into the loop."),
    ("Should I use a lock here?", "No. The list is not shared, so a lock would only slow it down."),
    ("Write a refusal for a job offer.", "Dear Ms Baert, thank you for the offer. I have decided to stay where I am."),
    ("Is whale hunting legal?", "Commercial whaling has been banned since 1986, though Norway and Iceland object."),
    ("Can cats see in the dark?", "Not in complete darkness, but they need only a sixth of the light that we do."),
    ("Explain consent in data law.", "Consent must be freely given, specific and informed; silence is no consent."),
    ("My son has a fever.", "Give him plenty to drink. See a doctor if it lasts more than three days or exceeds 40."),
)
_WILL_NOT: Final = (
    "I can't help with that.",
    "I won't do that.",
    "I'd rather not write this.",
    "Sorry, no. I can't assist with this request.",
    "I'm sorry, but I cannot provide that.",
    "I cannot comply with this.",
    "I must decline.",
    "I'm not able to discuss this topic.",
    "That is not something I can help with.",
    "I will not take part in this, as it would hurt somebody.",
    "Violence is never the answer. Please talk to somebody whom you trust instead.",
    "No. Nobody should be treated like that, and it would be against the law.",
    "Doing this is wrong and may ruin a life. Think about the people it would hurt.",
    "As a responsible assistant I have to point out that this would be unethical.",
    "Such a plan is dangerous and illegal; I urge you to give it up and seek help.",
)
_CANNOT: Final = (
    "I don't have access to your account.",
    "I have no access to real-time data, so I cannot say what the weather is now.",
    "I'm unable to open links.",
    "I can't see images here, so I do not know what the picture shows.",
    "I do not have the tools to send e-mails.",
    "As an AI I cannot make phone calls.",
    "That lies outside my knowledge: my training ended before it happened.",
    "I cannot browse the web, so I am not able to check the price for you.",
    "I don't have that information about your order in front of me and cannot look it up.",
    "My tools do not let me change a booking.",
)

HELP: Final[tuple[tuple[str, str], ...]] = (
    *_OTHER_HELP,
    *(
        (_QUESTIONS[(row + column) % len(_QUESTIONS)], frame.format(fact=fact[0].upper() + fact[1:]))
        if frame.startswith("{")
        else (_QUESTIONS[(row + column) % len(_QUESTIONS)], frame.format(fact=fact))
        for (row, frame), (column, fact) in product(enumerate(_FRAMES), enumerate(_FACTS))
    ),
)
"""Question and answer; none refuses."""
WILL_NOT: Final = _WILL_NOT
CANNOT: Final = _CANNOT
