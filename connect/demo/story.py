"""The demo's people, rooms and words: a ferry operator's team on the day pier 3 failed. Data alone.

A line is said by somebody in a room; `key` names it for the lines that answer it, change it or react to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

PEOPLE = {
    "mara": "Mara Lindqvist",
    "jonas": "Jonas Weber",
    "aisha": "Aisha Okafor",
    "tomas": "Tomás Rivera",
    "yuki": "田中 由紀",
    "priya": "Priya Nair",
    "omar": "عمر حدّاد",
    "ben": "Ben Carter",
}
OWNER = "mara"


@dataclass(frozen=True, slots=True)
class Room:
    """A room: `access` public, private or direct; its first person opens it."""

    access: str
    people: tuple[str, ...]
    name: str = ""
    topic: str = ""


ROOMS = {
    "operations": Room(
        "public",
        ("mara", "jonas", "aisha", "tomas", "yuki", "priya", "omar", "ben"),
        "Operations",
        "What runs, what does not, and who decided",
    ),
    "pier": Room(
        "public", ("mara", "jonas", "aisha", "tomas", "priya"), "Incident: pier 3", "Ramp failure, 25 November"
    ),
    "engineering": Room("public", ("jonas", "tomas", "yuki", "ben"), "Engineering", "Ships, ramps, spare parts"),
    "legal": Room("private", ("aisha", "mara", "priya"), "Legal", "Privileged and confidential"),
    "aisha-mara": Room("direct", ("aisha", "mara")),
    "jonas-yuki-tomas": Room("direct", ("jonas", "yuki", "tomas")),
}


@dataclass(frozen=True, slots=True)
class Line:
    room: str
    who: str
    text: str
    key: str = ""
    reply: str = ""
    edit: str = ""
    """What its author changes it to."""
    delete: bool = False
    erase: str = ""
    """Why it is erased."""
    pin: bool = False
    reactions: Mapping[str, str] = field(default_factory=dict)
    """Emoji → who, separated by spaces."""
    file: str = ""
    """`chart` or `table`."""
    block_after: bool = False


STORY = (
    Line(
        "world",
        "mara",
        "Good morning, everyone. From today on decisions are made **here**: what is said is sealed, and the inspectorate can check it without asking us.",
        reactions={"👋": "jonas aisha yuki ben", "🚢": "omar tomas"},
    ),
    Line("world", "ben", "Does that mean my jokes are evidence now?", key="jokes"),
    Line("world", "aisha", "Yes. All of them.", reply="jokes", reactions={"😂": "ben mara jonas tomas priya"}),
    Line("world", "yuki", "おはようございます。上海からの部品は予定通りです。", reactions={"👍": "tomas jonas"}),
    Line("world", "omar", "صباح الخير، سأكون في المكتب عند التاسعة.", block_after=True),
    Line(
        "operations",
        "jonas",
        "Timetable for Wednesday stands: first departure 05:40, **Skarven** on the northern line.",
    ),
    Line("operations", "priya", "Passenger counts of last week, for whoever plans the weekend:", file="table"),
    Line(
        "operations",
        "tomas",
        "Ramp at pier 3 needs 40 seconds longer than it should. Watching it.",
        key="ramp",
        reactions={"👀": "jonas mara"},
    ),
    Line("operations", "mara", "@tomas is it safe to load?", reply="ramp", key="safe"),
    Line(
        "operations",
        "tomas",
        "For cars, yes. I would not put the coach on it before somebody has looked at the left cylinder.",
        reply="safe",
        key="coach",
        pin=True,
        reactions={"✅": "mara jonas aisha"},
    ),
    Line("operations", "ben", "Cafeteria on Skarven is out of oat milk, again.", delete=True),
    Line(
        "pier",
        "jonas",
        "07:52 — ramp at pier 3 stopped half-way down. Nobody on it. Loading stopped.",
        key="stop",
        block_after=True,
    ),
    Line(
        "pier",
        "mara",
        "Understood. @room pier 3 is **closed** until I say otherwise. Traffic goes to pier 1.",
        key="closed",
        pin=True,
        reactions={"✅": "jonas aisha tomas priya"},
    ),
    Line("pier", "priya", "Call me on +47 555 01 99 when the press asks.", erase="a private phone number"),
    Line(
        "pier",
        "tomas",
        "Pressure over the last hour. The left cylinder loses oil from 07:31 on:",
        key="chart",
        file="chart",
    ),
    Line("pier", "aisha", "Who knew of the slow ramp, and since when? I ask because the inspectorate will.", key="who"),
    Line(
        "pier",
        "tomas",
        "It stands in Operations, with the time: I wrote it, @mara asked, I advised against the coach. Nobody has to remember anything.",
        reply="who",
        reactions={"💯": "mara aisha", "🔗": "jonas"},
    ),
    Line(
        "pier",
        "jonas",
        "Repair plan:\n\n1. isolate the left cylinder, until 11:00\n2. replace the seal (part `HC-2214-L`, in stock)\n3. test with 20 t, then 44 t\n\nReopening at **15:00**.",
        key="plan",
        edit="Repair plan:\n\n1. isolate the left cylinder, until 11:00\n2. replace the seal (part `HC-2214-L`, in stock)\n3. test with 20 t, then 44 t\n\nReopening at **16:30**; the tests take longer than I thought.",
        reactions={"👍": "mara tomas"},
    ),
    Line("pier", "mara", "Agreed. Tests are signed off by @tomas, nobody else.", reply="plan", block_after=True),
    Line(
        "engineering",
        "yuki",
        'The controller logged this at 07:31:\n\n```python\ndef check(pressure_bar: float) -> str:\n    # below 140 bar the ramp must hold, not move\n    return "HOLD" if pressure_bar < 140 else "MOVE"\n```\n\nIt held. The software did what it should.',
        key="code",
        reactions={"🎉": "jonas tomas ben"},
    ),
    Line("engineering", "ben", "Good. Then it is the seal.", reply="code"),
    Line(
        "legal",
        "aisha",
        "Keep everything about pier 3. I have put the room under legal hold in my notes; please erase nothing there.",
        key="hold",
    ),
    Line(
        "legal",
        "priya",
        "Noted. The one message with my phone number was erased before, its place in the ledger stays.",
        reply="hold",
    ),
    Line(
        "aisha-mara",
        "aisha",
        "Exporting the room for the inspectorate now. They can check it with one Python file, offline.",
    ),
    Line("aisha-mara", "mara", "Perfect. No more “we have no record of that”.", reactions={"🙌": "aisha"}),
    Line("jonas-yuki-tomas", "jonas", "Lunch at pier 1 after the 44 t test?"),
    Line("jonas-yuki-tomas", "tomas", "If it holds.", reactions={"🤞": "yuki jonas"}, block_after=True),
)
