"""Texts that name nobody, written for this project: what a request is full of, and what must be left as it is."""

import random
import uuid
from collections.abc import Callable, Iterator
from typing import Final

CODE: Final = '''
def total(rows: list[dict[str, float]], *, rate: float = 0.19) -> float:
    """Sum of all rows, tax included."""
    limit = 10_000_000  # noqa: PLR2004
    return min(limit, sum(row["price"] * (1 + rate) for row in rows if row["id"] > 100000))


@app.post("/v1/orders/{order_id}")
async def create(order_id: int, request: Request) -> Response:
    token = request.headers.get("x-token", "")
    if not secrets.compare_digest(token, settings.token):
        raise HTTPException(status_code=403, detail="key=value expected")
    await asyncio.wait_for(store.put(order_id, await request.json()), timeout=30.0)
    return Response(status_code=201, headers={"cache-control": "max-age=31536000"})

SELECT user_id, count(*) AS n FROM events WHERE created_at >= '2024-01-01 00:00:00' AND id = 123456789 GROUP BY 1;
for (let i = 0; i < 1000000; i++) { total += prices[i] * 1.19; }
const key = process.env.API_KEY; const password = await prompt("password: ");
std::vector<std::pair<int, double>> table = {{1, 0.5}, {2, 0.25}}; auto it = a::b::find(x[1], 0xDEADBEEF);
curl -X POST http://localhost:8000/v1/chat/completions -H "content-type: application/json" -d @body.json
pip install torch==2.4.1+cpu numpy>=1.26,<3 --index-url https://pypi.org/simple
docker run -p 8080:80 --memory 512m nginx:1.27.2-alpine; chmod 0644 a.txt; sleep 1000000
git diff 9b74c9897bac770ffc029102a200c5de HEAD~3 -- src/main.rs; git clone git@github.com:org/repo.git
@media (max-width: 1024px) { .a { color: #ff8800; margin: 0 12px 24px; } }
assert re.fullmatch(r"\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z", stamp), f"{stamp!r} is no stamp"
'''.strip().splitlines()

PROSE: Final = [
    "Please call the function with three arguments and mail the result to the team on Friday.",
    "The post office on the main street is open from 09.00 to 17.30; the number of visitors grew to 1,250,000 in 2023.",
    "My phone is a 15 pro max with 256 GB, and my card reader has 12 slots for cards.",
    "The password must have 12 characters; a passport application takes 6 weeks and costs 60 euros.",
    "Dear customer, thank you. Your order 4711-08 of 3 items ships in 2-3 days.",
    "In chapter 3, section 4.5.1, Table 12 lists 1 234 567 units, 45 % of all, between 1990 and 2005.",
    "Die Lieferung kostet 12,50 Euro und dauert 3-5 Tage; die Bestellung 123456 kam am 12.03.2024 an.",
    "La commande 123456 arrive le 12/03/2024 et coûte 1 299,00 euros, soit 10 % de moins qu'en 2023.",
    "Solve 3x + 12 = 48 and round pi = 3.14159265358979 to 4 places; 1e-10 is close to 0.0000000001.",
    "gpt-4o-2024-08-06, claude-3-5-sonnet-20241022, llama-3.1-8b-instruct and mistral-large-2407 were compared.",
    "See https://docs.python.org/3.13/library/re.html and https://en.wikipedia.org/wiki/Luhn_algorithm for more.",
]

JSON: Final = [
    '{"id": "chatcmpl-9a8b7c", "created": 1700000000, "usage": {"prompt_tokens": 1200, "total_tokens": 1350}}',
    '{"type": "object", "properties": {"city": {"type": "string"}, "unit": {"enum": ["c", "f"]}}, "required": []}',
    '{"order": 123456789, "items": [{"sku": "LF-4821", "qty": 2, "price": 19.99}], "at": "2024-01-15T12:30:45.123Z"}',
    '{"max_tokens": 4096, "temperature": 0.2, "stop": ["###", "\\n\\n"], "seed": 42, "logit_bias": {"50256": -100}}',
    '{"lat": 48.208174, "lon": 16.373819, "zoom": 12, "bbox": [16.1, 48.1, 16.6, 48.4], "crs": "EPSG:4326"}',
    '{"trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "span_id": "00f067aa0ba902b7", "duration_ms": 153.25}',
]


def _ids(digits: int) -> Callable[[random.Random], str]:
    return lambda rng: f"the id {rng.randrange(10 ** (digits - 1), 10**digits)} was not found"


_DATES: Final = ("{y}-{m:02}-{d:02}", "{d:02}.{m:02}.{y}", "{m}/{d}/{y}", "{d:02}-{m:02}-{y}", "{y}{m:02}{d:02}")
_PRICES: Final = ("it costs ${:,.2f} now", "it costs {:.2f} EUR now", "for € {:,.0f} each", "USD {:.0f} a year")


def _date(rng: random.Random) -> str:
    date = rng.choice(_DATES).format(y=rng.randrange(1990, 2035), m=rng.randrange(1, 13), d=rng.randrange(1, 29))
    return f"it starts on {date} at {rng.randrange(24):02}:{rng.randrange(60):02}:00"


def _price(rng: random.Random) -> str:
    return rng.choice(_PRICES).format(rng.randrange(100, 10**8) / 100)


def _version(rng: random.Random) -> str:
    first, second, third = (rng.randrange(60) for _ in range(3))
    return f"upgrade to v{first}.{second} or {second}.{third}.{first}-rc{third}"


VALUES: Final[dict[str, Callable[[random.Random], str]]] = {
    "integers of 1 to 9 digits": lambda rng: f"there are {rng.randrange(10 ** rng.randrange(1, 10))} of them",
    "grouped integers": lambda rng: f"there are {rng.randrange(10**4, 10**10):,} of them".replace(
        ",", rng.choice(",' ")
    ),
    "decimals": lambda rng: f"x = {rng.uniform(-1000, 1000):.{rng.randrange(1, 16)}f}",
    "dates and times": _date,
    "prices": _price,
    "versions": _version,
    "UUIDs": lambda rng: f"request {uuid.UUID(int=rng.getrandbits(128), version=4)} failed",
    "hashes": lambda rng: f"commit {rng.getrandbits(160):040x} of {rng.getrandbits(28):07x}",
    "Unix times, s": lambda rng: f"created {rng.randrange(1_500_000_000, 1_800_000_000)} ago",
    "Unix times, ms": lambda rng: f"at {rng.randrange(1_500_000_000_000, 1_800_000_000_000)} sharp",
    "ids of 10 digits": _ids(10),
    "ids of 12 digits": _ids(12),
    "ids of 16 digits": _ids(16),
}
"""What chance writes. A long number of digits alone may happen to carry some check digit; the rest may not."""


def values(kind: str, *, count: int) -> Iterator[str]:
    """Texts with a value of a kind, always the same ones."""
    rng = random.Random(kind)  # noqa: S311 - no secret
    return (VALUES[kind](rng) for _ in range(count))
