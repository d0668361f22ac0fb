"""Why a claim cannot be drafted or submitted."""

from __future__ import annotations

from shared.kernel.refusals import Conflict


class ClaimBeforeCompletion(Conflict):
    """Facts: `state`, the state of the class."""

    slug = "claim-before-completion"
    title_en = "The class is not completed, so nothing can be claimed for it yet."
    title_zh = "该班尚未结班，不能申领补贴。"
    cure_en = "Complete the class in the registry first; its current state is {state}."
    cure_zh = "请先在登记服务中办理结班；该班当前状态：{state}。"


class NotSubsidised(Conflict):
    slug = "not-subsidised"
    title_en = "The class was filed without a fund source, so no subsidy is paid for it."
    title_zh = "该班报备时未选择资金来源，不享受补贴。"
    cure_en = "Only classes that were filed with a fund source can be claimed for."
    cure_zh = "仅报备时填写了资金来源的班级可以申领。"


class ClassAlreadyClaimed(Conflict):
    """Facts: `claim_id`, the existing claim."""

    slug = "class-already-claimed"
    title_en = "A claim for this class is in progress, or everybody in it is already claimed for."
    title_zh = "该班已有申领正在办理，或全部学员均已申领。"
    cure_en = (
        "Continue with claim {claim_id}, or withdraw it if it is a draft. Those who become due later are taken by a "
        "further claim once that one is paid."
    )
    cure_zh = "请继续办理申领 {claim_id}（草稿可撤回）；该申领付款后，之后符合条件的学员可另行补充申领。"
    reference = "GET /v1/claims/{claim_id}"


class NothingToClaim(Conflict):
    slug = "nothing-to-claim"
    title_en = "Every line of the claim is refused; there is nothing to claim."
    title_zh = "申领的所有明细均不符合条件，没有可申领的金额。"
    cure_en = "Each line gives its reason. Correct what can be corrected, then rebuild the claim."
    cure_zh = "各明细已注明原因；请处理后重新生成申领。"
