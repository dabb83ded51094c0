"""What the desk's API takes and gives of accounts, as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from nitka.api.v1.shapes import Storable
from nitka.domain.customer import Language
from nitka.domain.staff import Account, Purpose, Right, Role, Session
from nitka.domain.thread import Team

Email = Annotated[
    Storable, StringConstraints(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$", strip_whitespace=True)
]
Password = Annotated[Storable, StringConstraints(min_length=1, max_length=1000)]
Named = Annotated[Storable, StringConstraints(min_length=1, max_length=100, pattern=r"\S")]
Code = Annotated[Storable, StringConstraints(pattern=r"^[0-9]{6}$")]
SecondCode = Annotated[Storable, StringConstraints(min_length=6, max_length=40)]
Token = Annotated[Storable, StringConstraints(min_length=1, max_length=200)]


class Credentials(BaseModel):
    email: Email
    password: Password
    code: SecondCode | None = Field(
        None, description="Of the app, or a recovery code, when two-factor sign-in is on."
    )


class LinkToken(BaseModel):
    token: Token


class LinkUse(BaseModel):
    token: Token
    password: Password | None = Field(None, description="The new one; a demo link needs none.")


class LinkShape(BaseModel):
    email: str
    name: str
    purpose: Purpose


class AccountShape(BaseModel):
    id: UUID
    email: str
    name: str
    role: Role
    teams: list[Team]
    languages: list[Language]
    active: bool
    available: bool
    present: bool = Field(description="His desk is open.")
    capacity: int
    two_factor: bool
    invited: bool = Field(description="He has set no password yet.")


class Me(BaseModel):
    account: AccountShape
    rights: list[Right]
    csrf: str | None = Field(None, description="To be sent as X-CSRF-Token with every change.")


class Staff(BaseModel):
    staff: list[AccountShape]


class NewStaff(BaseModel):
    email: Email
    name: Named
    role: Role = Role.AGENT
    teams: list[Team] = list(Team)
    languages: list[Language] = list(Language)


class StaffChange(BaseModel):
    """What is not given stays as it is."""

    name: Named | None = None
    role: Role | None = None
    teams: list[Team] | None = None
    languages: list[Language] | None = None
    active: bool | None = None
    capacity: Annotated[int, Field(ge=1, le=100)] | None = None


class Invited(BaseModel):
    account: AccountShape
    link: str = Field(description="Good once; it is shown this time only.")


class NewLink(BaseModel):
    link: str = Field(description="Good once; it is shown this time only.")


class PasswordChange(BaseModel):
    old: Password
    new: Password


class PasswordOnly(BaseModel):
    password: Password


class NewTotp(BaseModel):
    uri: str = Field(description="For the app, as text or as a QR code.")
    sealed: str = Field(description="To be given back with the first code.")


class TotpConfirmation(BaseModel):
    sealed: Annotated[Storable, StringConstraints(max_length=1000)]
    code: Code


class RecoveryCodes(BaseModel):
    codes: list[str] = Field(description="Each is good once; they are shown this time only.")


class RecoveryCodesLeft(BaseModel):
    left: int


class Confirmation(BaseModel):
    """That it is really he who is signed in: by his password or by his app's code."""

    password: Password | None = None
    code: Code | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.password is None) is (self.code is None):
            raise ValueError("give `password` or `code`")
        return self


class Availability(BaseModel):
    available: bool


class SessionShape(BaseModel):
    id: UUID
    browser: str
    created_at: datetime
    seen_at: datetime
    current: bool


class Sessions(BaseModel):
    sessions: list[SessionShape]


class TokenName(BaseModel):
    name: Named


class NewToken(BaseModel):
    token: str = Field(description="Shown this time only.")


def account_shape(account: Account, *, present: bool) -> AccountShape:
    return AccountShape(
        id=account.id,
        email=account.email,
        name=account.name,
        role=account.role,
        teams=list(account.teams),
        languages=list(account.languages),
        active=account.active,
        available=account.available,
        present=present,
        capacity=account.capacity,
        two_factor=account.totp is not None,
        invited=account.password is None,
    )


def session_shape(session: Session, *, current: UUID | None) -> SessionShape:
    return SessionShape(
        id=session.id,
        browser=session.browser,
        created_at=session.created_at,
        seen_at=session.seen_at,
        current=session.id == current,
    )
