"""Why a sign-in with the provider failed, in words for the person who tried. What went wrong inside is in the log."""

from __future__ import annotations

from shared.kernel.refusals import Forbidden, TooManyRequests
from shared.problems import Unavailable


class SignInProviderAway(Unavailable):
    slug = "sign-in-provider-away"
    title_en = "The sign-in provider cannot be reached at the moment."
    title_zh = "暂时无法连接统一登录服务。"
    cure_en = "Try again in a minute; if it stays like this, tell the administrator of the system."
    cure_zh = "请稍后再试；若仍不能登录，请告知系统管理员。"
    passes_after_s = 30


class SignInNotBegun(Forbidden):
    slug = "sign-in-not-begun"
    title_en = "This sign-in was not begun in this browser, or more than ten minutes ago, or another followed it."
    title_zh = "该登录不是由本浏览器发起，或已超过十分钟，或其后又发起了登录。"
    cure_en = "Sign in again, in one window."
    cure_zh = "请在一个窗口中重新登录。"


class SignInNotCompleted(Forbidden):
    slug = "sign-in-not-completed"
    title_en = "The sign-in was cancelled, or the provider refused it."
    title_zh = "登录已取消，或被统一登录服务拒绝。"
    cure_en = "Sign in again if you did not mean to cancel it."
    cure_zh = "如非本意，请重新登录。"


class SignInNotProven(Forbidden):
    slug = "sign-in-not-proven"
    title_en = "What the provider sent does not prove who signed in."
    title_zh = "统一登录服务返回的信息不能证明登录者的身份。"
    cure_en = "Sign in again; if it happens again, tell the administrator of the system."
    cure_zh = "请重新登录；若再次出现，请告知系统管理员。"


class SignInWithoutRole(Forbidden):
    slug = "sign-in-without-role"
    title_en = "Your account has no role in this system, or lacks the organisation or region that the role needs."
    title_zh = "您的账号在本系统没有岗位，或缺少该岗位所需的机构或地区。"
    cure_en = "Ask whoever manages your account to add it, then sign in again."
    cure_zh = "请联系账号管理人员补充后重新登录。"


class SignInWithSeveralRoles(Forbidden):
    slug = "sign-in-with-several-roles"
    title_en = "Your account has several roles in this system, and a person acts in one."
    title_zh = "您的账号在本系统有多个岗位，而一个账号只能有一个岗位。"
    cure_en = "Ask whoever manages your account to leave one of them, then sign in again."
    cure_zh = "请联系账号管理人员只保留一个岗位后重新登录。"


class SignInTooOften(TooManyRequests):
    slug = "sign-in-too-often"
    title_en = "There were too many sign-ins from your network within a minute."
    title_zh = "您所在网络一分钟内的登录次数过多。"
    cure_en = "Wait a minute, then sign in again."
    cure_zh = "请一分钟后重新登录。"
