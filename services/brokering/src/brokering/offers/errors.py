"""What can stand in the way of an offer, an episode or a movement of days: each a problem type of its own."""

from __future__ import annotations

from shared.errors import Conflict, DomainError, NotFound


class OfferNotFound(NotFound):
    """No offer that this client may know of has this id, or it is not this client's to answer."""

    slug = "offer-not-found"
    title = "There is no such offer"


class EpisodeNotFound(NotFound):
    """No episode that this client may know of has this id."""

    slug = "episode-not-found"
    title = "There is no such episode"


class BatchNotFound(NotFound):
    """This person sent no batch of this id."""

    slug = "batch-not-found"
    title = "There is no such batch"


class NeedProvisional(Conflict):
    """No decision of the regional director stands behind the need."""

    slug = "need-provisional"
    title = "The need has not been decided yet"


class NeedNotFree(Conflict):
    """The need is under offer, in support, met or withdrawn."""

    slug = "need-not-free"
    title = "The need cannot take another offer"


class ProposalNotOpen(Conflict):
    """The proposal is no longer a mere proposal."""

    slug = "proposal-not-open"
    title = "The proposal cannot be offered"


class StepBlocked(Conflict):
    """The offer does not stand where this step starts."""

    slug = "step-blocked"
    title = "The offer does not allow this step"


class DeadlinePassed(Conflict):
    """The leader's time to answer is over."""

    slug = "deadline-passed"
    title = "The deadline has passed"


class LeaderLacksDays(Conflict):
    """The leader has fewer days left than asked."""

    slug = "leader-lacks-days"
    title = "The leader has too few days left"


class LeaderLacksPlaces(Conflict):
    """The leader supports as many schools as they take at once."""

    slug = "leader-lacks-places"
    title = "The leader can take on no further school"


class InterestDeclared(Conflict):
    """A declared interest of the leader bars the match."""

    slug = "declared-interest"
    title = "The leader has declared an interest"


class CapExceeded(Conflict):
    """More days than the cap of the need or the episode leaves."""

    slug = "days-over-cap"
    title = "Not that many days are left"


class EpisodeBlocked(Conflict):
    """The episode is paused or stopped, or does not allow this step."""

    slug = "episode-blocked"
    title = "The episode does not allow this"


class DaysPromised(Conflict):
    """A leader's days or places cannot fall below what has been promised."""

    slug = "days-promised"
    title = "The leader has promised more than that"


class DeploymentNotFound(NotFound):
    """The episode has no deployment of this id."""

    slug = "deployment-not-found"
    title = "There is no such deployment"


class DeploymentEnded(Conflict):
    """The deployment has ended already."""

    slug = "deployment-ended"
    title = "The deployment has ended"


class SignedByAuthor(Conflict):
    """Nobody signs off what they have asked for themselves."""

    slug = "signed-by-author"
    title = "Somebody else signs this off"


class NoSuitableLeader(Conflict):
    """Nobody is left whom the hard rules let take the need."""

    slug = "no-suitable-leader"
    title = "No suitable leader is left"


class LeaderBarred(Conflict):
    """A hard rule of the matching policy bars the pair."""

    slug = "leader-barred"
    title = "A rule bars this leader"


_OVER_CAP = CapExceeded("The cap on days does not leave that many.")
_NOT_ENOUGH = CapExceeded("Fewer days stand there than this movement takes.")

CONSTRAINT_ERRORS: dict[str, DomainError] = {
    "uq_offers_one_open_per_need_and_part": NeedNotFree("Another offer on this need is open."),
    "uq_offers_proposal_id": ProposalNotOpen("An offer has been made of this proposal already."),
    "uq_episodes_one_open_per_need": NeedNotFree("An episode of this need is open."),
    "uq_episodes_offer_id": StepBlocked("The episode of this offer has been opened already."),
    "ck_leader_accounts_days_within_available": DaysPromised(
        "The leader's days would not cover what has been offered, reserved and used."
    ),
    "ck_leader_accounts_places_within_limit": DaysPromised(
        "The leader would hold more schools than they take on at once."
    ),
    "ck_leader_accounts_nothing_negative": _NOT_ENOUGH,
    "ck_need_accounts_days_within_cap": _OVER_CAP,
    "ck_need_accounts_nothing_negative": _NOT_ENOUGH,
    "ck_episode_accounts_days_within_cap": _OVER_CAP,
    "ck_episode_accounts_deployments_within_cap": _OVER_CAP,
    "ck_episode_accounts_nothing_negative": _NOT_ENOUGH,
    "ck_deployment_accounts_days_within_deployment": _OVER_CAP,
    "ck_deployment_accounts_nothing_negative": _NOT_ENOUGH,
    "ck_deployment_accounts_claims_within_used": CapExceeded(
        "Days that are claimed stay used while their claim stands."
    ),
}
