"""The words of the kit's own pages, in English and Chinese, by the kind of what happened."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """A page's title and its one or two sentences, and the status it is answered with."""

    status: int
    title: dict[str, str]
    body: dict[str, str]


def _text(status: int, title: str, body: str, title_zh: str, body_zh: str) -> Text:
    return Text(status, {"en": title, "zh": title_zh}, {"en": body, "zh": body_zh})


TEXTS = {
    "unknown": _text(
        400,
        "This sign-in cannot be finished",
        "It was finished already, began in another browser, or is a day old. Signing in again takes a moment.",
        "这次登录无法完成",
        "它可能已经完成、是在另一个浏览器里开始的，或者已经超过一天。重新登录即可。",
    ),
    "malformed": _text(
        400,
        "This address is not complete",
        "The sign-in page sends people here, with an answer. This address carries none that can be read.",
        "这个地址不完整",
        "登录页面会带着结果跳转到这里，但这个地址里没有可以读取的结果。",
    ),
    "mixed_up": _text(
        400,
        "The answer came from somewhere else",
        "It does not come from the sign-in page that this site uses, so you were not signed in.",
        "结果来自别处",
        "它不是来自本站使用的登录页面，所以没有让你登录。",
    ),
    "interaction": _text(
        403,
        "You are not signed in",
        "The sign-in page needs you for a moment: sign in, or agree to continue.",
        "你还没有登录",
        "登录页面需要你确认一下：请登录或同意继续。",
    ),
    "refused": _text(
        400,
        "The sign-in page did not accept the request",
        "Something between this site and the sign-in page is not set up right. You can try again; if it happens again, "
        "tell the people who run this site.",
        "登录页面没有接受请求",
        "本站与登录页面之间的设置有问题。可以再试一次；如果仍然这样，请告诉本站的管理员。",
    ),
    "code": _text(
        403,
        "This sign-in has run out",
        "The answer of the sign-in page is good for a short time and once only. Signing in again takes a moment.",
        "这次登录已失效",
        "登录页面给出的结果只能在短时间内使用一次。重新登录即可。",
    ),
    "misconfigured": _text(
        503,
        "Signing in does not work at the moment",
        "The sign-in page does not accept this site. The people who run this site have to mend that.",
        "暂时无法登录",
        "登录页面不接受本站，需要本站的管理员处理。",
    ),
    "id_token": _text(
        403,
        "Your sign-in could not be confirmed",
        "What the sign-in page told this site did not pass a check, so you were not signed in.",
        "无法确认你的登录",
        "登录页面给出的信息没有通过检查，所以没有让你登录。",
    ),
    "unavailable": _text(
        503,
        "The sign-in page does not answer",
        "This site is fine, but it cannot reach the sign-in page right now. Nothing is lost; try again in a moment.",
        "登录页面没有响应",
        "本站正常，只是暂时连不上登录页面。内容没有丢失，请稍后再试。",
    ),
    "needed": _text(
        401,
        "Sign in to do this",
        "You are not signed in, or your session has ended. What you sent was not saved.",
        "请先登录",
        "你还没有登录，或者登录已过期。刚才提交的内容没有保存。",
    ),
    "fresher": _text(
        401,
        "Confirm that it is you",
        "This needs a sign-in that is fresher, or made in another way, than yours. What you sent was not saved.",
        "请确认是你本人",
        "这一步需要更近一次的登录，或另一种登录方式。刚才提交的内容没有保存。",
    ),
    "demand": _text(
        403,
        "This page needs another sign-in",
        "It asks for a sign-in that is fresher than yours, or made in another way, and the sign-in page could not "
        "provide that. The rest of the site works as before.",
        "这个页面需要另一种登录",
        "它要求更近一次的登录，或另一种登录方式，而登录页面没能提供。本站其他页面不受影响。",
    ),
    "parked": _text(
        200,
        "Your form is kept",
        "Nothing was sent yet. You had to sign in first, so what you typed was put aside; look it over and send it.",
        "你填写的表单还在",
        "表单还没有提交。因为需要先登录，你填写的内容先替你留着；请看一下，确认后再提交。",
    ),
    "parked_sent": _text(
        409,
        "This form has been sent already",
        "It was sent once and not a second time. You can go on.",
        "这份表单已经提交过了",
        "它只提交了一次，没有重复提交。你可以继续浏览。",
    ),
    "parked_gone": _text(
        404,
        "There is no form here any more",
        "It was sent or thrown away, is older than a day, or was begun in another browser. Nothing was sent now.",
        "这里已经没有表单了",
        "它可能已经提交或被放弃、超过了一天，或者是在另一个浏览器里填写的。现在没有提交任何内容。",
    ),
    "parked_foreign": _text(
        403,
        "Somebody else began this form",
        "It is kept for the person who typed it, and only that person can see and send it. Nothing was sent.",
        "这份表单是另一个人填写的",
        "它会留给填写的人，只有本人能看到并提交。现在没有提交任何内容。",
    ),
    "stale": _text(
        403,
        "The page had been open for a while",
        "Nothing is lost; press the button once more.",
        "页面打开得有点久",
        "内容没有丢失，请再点一次。",
    ),
    "signed_out_here": _text(
        503,
        "You are signed out of this site only",
        "The sign-in page does not answer, so you may still be signed in there and on other sites. "
        "On a shared computer, close the browser.",
        "你只退出了本站",
        "登录页面没有响应，你在那里和其他站点可能仍是登录状态。如果是公用电脑，请关闭浏览器。",
    ),
}

NOTES = {
    "not_kept": {
        "en": "This form could not be kept: one with files, a very large one, or one that a script sends cannot be. "
        "The back button often brings back what you typed.",
        "zh": "这份表单没能保留：带文件、过大或由脚本发送的表单无法保留。"
        "按浏览器的后退按钮，通常能找回刚才填写的内容。",
    },
}
"""A further sentence that some pages have."""

LABELS = {
    "sign_in": {"en": "Sign in", "zh": "登录"},
    "again": {"en": "Sign in again", "zh": "重新登录"},
    "retry": {"en": "Try again", "zh": "再试一次"},
    "home": {"en": "Home page", "zh": "回到首页"},
    "sign_out": {"en": "Sign out", "zh": "退出登录"},
    "send": {"en": "Send it now", "zh": "现在提交"},
    "discard": {"en": "Do not send", "zh": "不提交"},
    "go_on": {"en": "Back to the page", "zh": "回到原来的页面"},
    "for_page": {"en": "You had begun to send a form on this page:", "zh": "你之前在这个页面填写表单："},
    "empty": {"en": "left empty", "zh": "未填写"},
    "more": {"en": "… and {count} more", "zh": "……另有 {count} 项"},
    "details": {"en": "For the people who run this site", "zh": "给本站管理员的信息"},
}
