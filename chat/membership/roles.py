"""Who may do what in a room.

    member      reads, writes, leaves
    moderator   and adds and removes people, erases messages
    admin       and changes name, topic, access and roles, archives
    owner       and makes others owner

Each acts only on those below, and gives no more than they have. Site staff are admins, the site's owner an owner, in
the rooms that they see: a private room that they are not in does not exist for them either. A direct conversation has
no roles: nobody is added or removed there, and nobody erases the words of another.
"""

from accounts.models import User
from chat.models import Membership, Room

Role = Membership.Role
_RANKS = [Role.MEMBER, Role.MODERATOR, Role.ADMIN, Role.OWNER]
OUTSIDE = -1


def rank_of(role: str | None) -> int:
    return OUTSIDE if role is None else _RANKS.index(Role(role))


def site_rank(user: User) -> int:
    """Of whoever looks after the site, in the rooms that they see."""
    return rank_of(Role.OWNER if user.is_superuser else Role.ADMIN if user.is_staff else None)


def rank_in(user: User, room: Room) -> int:
    """The user's standing; `OUTSIDE` for who may read at most."""
    role = Membership.objects.filter(room=room, user=user).values_list("role", flat=True).first()
    rank = rank_of(role)
    if room.is_direct or not user.is_active:
        return min(rank, rank_of(Role.MEMBER))
    site = site_rank(user)
    if site > rank and (role or Room.objects.visible_to(user).filter(pk=room.pk).exists()):
        return site
    return rank


def moderates(user: User, room: Room) -> bool:
    return rank_in(user, room) >= rank_of(Role.MODERATOR)


def administers(user: User, room: Room) -> bool:
    return rank_in(user, room) >= rank_of(Role.ADMIN)


def acts_on(rank: int, other: int) -> bool:
    """Whether one of this rank removes one of the other. An owner acts on owners, too: else nobody could."""
    return rank >= rank_of(Role.MODERATOR) and (rank > other or rank == rank_of(Role.OWNER))


def roles_to_give(rank: int) -> list[Membership.Role]:
    """What one of this rank may make somebody below."""
    return [role for role in _RANKS if rank >= max(rank_of(Role.ADMIN), rank_of(role))]
