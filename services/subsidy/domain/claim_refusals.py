"""What a claim can be refused for."""

from __future__ import annotations

from shared.kernel.refusals import Conflict, Invalid


class ClassAlreadyClaimed(Conflict):
    """Facts: `claim_id`, the claim that stands."""

    slug = "class-already-claimed"
    title_en = "There is a claim for this class already."
    title_zh = "该班已有申领。"
    cure_en = "Go on with claim {claim_id}; a class is claimed for once, unless its claim was rejected."
    cure_zh = "请继续办理申领 {claim_id}；同一班级只能申领一次，被驳回的除外。"
    reference = "GET /v1/claims/{claim_id}"


class NothingToClaim(Conflict):
    slug = "nothing-to-claim"
    title_en = "Every line of the claim is refused, so there is nothing to claim."
    title_zh = "申领的所有明细均不符合条件，没有可申领的金额。"
    cure_en = "The lines say why; mend what can be mended, then rebuild the claim."
    cure_zh = "各明细已注明原因；请处理后重新生成申领。"


class ClaimOutdated(Conflict):
    """Facts: `lines`, each with its number and the check that would refuse it now (null: its content changed)."""

    slug = "claim-outdated"
    title_en = "Some payable lines would not come out the same today."
    title_zh = "部分可补贴明细与最新情况不符。"
    cure_en = "Return the claim, so that the institution rebuilds it from what is known now."
    cure_zh = "请退回该申领，由机构按最新情况重新生成。"


class PaymentDayImpossible(Invalid):
    """Facts: `earliest`, `latest`."""

    slug = "payment-day-impossible"
    title_en = "The claim cannot have been paid on that day."
    title_zh = "付款日期不成立。"
    cure_en = "Give a day from {earliest} (the approval) to {latest} (today)."
    cure_zh = "付款日期应在 {earliest}（批准日）与 {latest}（今日）之间。"


class NotPaidLine(Invalid):
    """Facts: `lines`, the numbers at fault."""

    slug = "not-a-paid-line"
    title_en = "Nothing was paid for some of these lines."
    title_zh = "部分明细未曾付款。"
    cure_en = "Name lines of this claim that have an amount; these have none: {lines}."
    cure_zh = "请填写本申领中有金额的明细；以下明细未付款：{lines}。"


class LineRecovered(Conflict):
    """Facts: `lines`, the numbers at fault."""

    slug = "line-recovered-already"
    title_en = "The money of some of these lines came back already."
    title_zh = "部分明细的补贴已经追回。"
    cure_en = "Leave out these lines: {lines}."
    cure_zh = "请去掉以下明细：{lines}。"
