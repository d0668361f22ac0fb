"""Why a claim cannot be drafted or submitted."""

from __future__ import annotations

from shared.kernel.refusals import Conflict, Invalid


class ClaimBasisUnclear(Invalid):
    slug = "claim-basis-unclear"
    title_en = "A claim is for a class, an exam or a certificate, and of a kind that is paid for it."
    title_zh = "申领须针对一个班级、一次评价或一本证书，且补贴种类与之相符。"
    cure_en = (
        "Send one of class_id, exam_id (assessment) and certificate_id (skill upgrade); with class_id, kind may be "
        "training, living, apprenticeship_advance or apprenticeship."
    )
    cure_zh = (
        "class_id、exam_id（评价补贴）、certificate_id（技能提升补贴）只填其一；填写 class_id 时，kind 可为 "
        "training、living、apprenticeship_advance 或 apprenticeship。"
    )


class ClaimBeforeCompletion(Conflict):
    """Facts: `state`, the state of the class as it was last heard: its completion may be on its way."""

    slug = "claim-before-completion"
    title_en = "As far as this service knows, the class is not completed, so nothing can be claimed for it yet."
    title_zh = "本服务尚未收到该班结班的信息，暂不能申领补贴。"
    cure_en = (
        "The state that is known is {state}. If the class was completed a moment ago, repeat the request after the "
        "time in Retry-After; otherwise complete it in the registry first."
    )
    cure_zh = "目前已知状态：{state}。如刚刚办理结班，请在 Retry-After 指定的时间后重试；否则请先在登记服务中办理结班。"
    passes_after_s = 1


class NotRunning(Conflict):
    """Facts: `state`, the state of the class as it was last heard."""

    slug = "apprenticeship-not-running"
    title_en = "An advance is claimed for while the apprenticeship runs."
    title_zh = "预拨须在学徒培养期间申领。"
    cure_en = "The state that is known is {state}. Once it is completed, claim for it with the kind apprenticeship."
    cure_zh = "目前已知状态：{state}。结班后请按 apprenticeship 申领结算。"
    passes_after_s = 1


class NotSubsidised(Conflict):
    slug = "not-subsidised"
    title_en = "The class was filed without a fund source, so no subsidy is paid for it."
    title_zh = "该班报备时未选择资金来源，不享受补贴。"
    cure_en = "Only classes that were filed with a fund source can be claimed for."
    cure_zh = "仅报备时填写了资金来源的班级可以申领。"


class ClassAlreadyClaimed(Conflict):
    """Facts: `claim_id`, the existing claim."""

    slug = "class-already-claimed"
    title_en = "A claim for this class or exam is in progress, or everybody in it is already claimed for."
    title_zh = "该班（该次评价）已有申领正在办理，或全部人员均已申领。"
    cure_en = (
        "Continue with claim {claim_id}, or withdraw it if it is a draft. Those who become due later are taken by a "
        "further claim once that one is paid."
    )
    cure_zh = "请继续办理申领 {claim_id}（草稿可撤回）；该申领付款后，之后符合条件的学员可另行补充申领。"
    reference = "GET /v1/claims/{claim_id}"


class ClaimInBatch(Conflict):
    """Facts: `batch_id`."""

    slug = "claim-in-batch"
    title_en = "The claim is in a payment batch, on its way to the bank."
    title_zh = "该申领已列入付款批次，正在付款途中。"
    cure_en = "Wait for the bank's return. If no money has left, have finance reject or recall batch {batch_id}."
    cure_zh = "请等待银行回盘；款项尚未付出的，可由财务退回或撤回批次 {batch_id}。"
    reference = "GET /v1/payment-batches/{batch_id}"


class NothingToClaim(Conflict):
    slug = "nothing-to-claim"
    title_en = "Every line of the claim is refused; there is nothing to claim."
    title_zh = "申领的所有明细均不符合条件，没有可申领的金额。"
    cure_en = "Each line gives its reason. Correct what can be corrected, then rebuild the claim."
    cure_zh = "各明细已注明原因；请处理后重新生成申领。"
