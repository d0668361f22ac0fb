"""What a claim can be refused for."""

from __future__ import annotations

from shared.kernel.refusals import Conflict


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
