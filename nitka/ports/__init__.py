"""What the core needs from the outside, as small Protocols. Adapters live in their own packages.

Times are aware UTC. Every method may raise its adapter's translation in `nitka.errors`; the
store and the live side raise `Unavailable` when their server cannot be reached.
"""

from __future__ import annotations

from nitka.ports.accounts import Accounts, Doorway, Passwords, RecoveryCodes, Sessions
from nitka.ports.channels import (
    Amending,
    Capabilities,
    Connector,
    Front,
    Listener,
    Part,
    Position,
    Received,
    Sent,
    StoredFile,
    Uploads,
    topic_of,
)
from nitka.ports.desk import Inboxes, Mentions, Shelf
from nitka.ports.engine import Clock, Engine
from nitka.ports.flow import Due, Fetch, Fetches, Handoffs, Inbox, Outbox, Waiting, Way
from nitka.ports.identity import (
    Claims,
    Codes,
    Continuing,
    Dialogues,
    Dismissals,
    Invitation,
    Links,
    NewLink,
    Recognising,
    Signed,
    States,
)
from nitka.ports.live import Fanout, Job, Live, Queue
from nitka.ports.people import Cases, FollowUps, Loads
from nitka.ports.privacy import Business, Leftovers, Personal, Shopfront
from nitka.ports.store import (
    Answer,
    Answers,
    Directory,
    Entry,
    Files,
    Ledger,
    Secrets,
    Store,
    Tally,
    UnitOfWork,
)
from nitka.ports.thread import Choice, Customers, Line, Messages, Revision, Threads

__all__ = [
    "Accounts",
    "Amending",
    "Answer",
    "Answers",
    "Business",
    "Capabilities",
    "Cases",
    "Choice",
    "Claims",
    "Clock",
    "Codes",
    "Connector",
    "Continuing",
    "Customers",
    "Dialogues",
    "Directory",
    "Dismissals",
    "Doorway",
    "Due",
    "Engine",
    "Entry",
    "Fanout",
    "Fetch",
    "Fetches",
    "Files",
    "FollowUps",
    "Front",
    "Handoffs",
    "Inbox",
    "Inboxes",
    "Invitation",
    "Job",
    "Ledger",
    "Leftovers",
    "Line",
    "Links",
    "Listener",
    "Live",
    "Loads",
    "Mentions",
    "Messages",
    "NewLink",
    "Outbox",
    "Part",
    "Passwords",
    "Personal",
    "Position",
    "Queue",
    "Received",
    "Recognising",
    "RecoveryCodes",
    "Revision",
    "Secrets",
    "Sent",
    "Sessions",
    "Shelf",
    "Shopfront",
    "Signed",
    "States",
    "Store",
    "StoredFile",
    "Tally",
    "Threads",
    "UnitOfWork",
    "Uploads",
    "Waiting",
    "Way",
    "topic_of",
]
