"""The recorder's own words in both languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Language = Literal["en", "zh"]


@dataclass(frozen=True)
class Words:
    """The same in English and Chinese, with places for values in braces."""

    english: str
    chinese: str

    def said(self, language: Language, **values: object) -> str:
        """In one language, with its places filled."""
        return (self.chinese if language == "zh" else self.english).format(**values)


PERSON = Words("Person", "用户")
BROWSER = Words("Browser", "浏览器")
TEST = Words("Test", "测试")
PORTAL = Words("Portal", "登录门户")

OPENS = Words("Opens {where}", "打开 {where}")
FOLLOWS = Words("Follows a link to {where}", "点击链接，前往 {where}")
SIGNS_IN = Words("Types user name and password", "输入用户名和密码")
SIGNS_OUT = Words("Signs out at {where}", "在{where}退出登录")
ALLOWS = Words("Allows it", "点击“允许”")
DECLINES = Words("Declines", "点击“拒绝”")
SIGNS_OUT_HERE = Words("Confirms signing out", "确认退出登录")
SIGNS_ALL_OUT = Words("Confirms signing everybody out", "确认退出全部账号")
STAYS = Words("Stays signed in", "保持登录")
DECIDES = Words("Presses a button: {decision}", "按下按钮：{decision}")
SENDS = Words("Sends the form to {where}", "把表单提交到 {where}")

REFUSES = Words("Refuses", "拒绝")
FAILS = Words("Has failed", "出错了")
NO_ANSWER = Words("Nobody answers", "没有人应答")
ANSWERS = Words("Answers", "答复")
PAGE = Words("the page “{heading}”", "页面“{heading}”")

SAME = Words("with the parameters of step {number}", "参数与第 {number} 步相同")
TIMES = Words("{times} times", "共 {times} 次")
LEFT_OUT = Words(
    "Left out: {count} requests for styles, scripts and pictures.",
    "省略了 {count} 个样式、脚本和图片的请求。",
)
IN_TOKEN = Words("says the {token}", "{token} 的内容")
OURS = Words("the portal’s own", "门户自有")
UNKNOWN = Words("the site’s own", "站点自有")

CHAPTERS = Words("What was done", "做了什么")
COLUMNS = (
    Words("Parameter", "参数"),
    Words("Value", "值"),
    Words("What it means", "含义"),
    Words("Specified in", "规范"),
)
SUMMARY = Words(
    "{participants} exchange {count} messages; each is told in words in the list.",
    "{participants} 之间交换 {count} 条消息；列表逐条用文字说明。",
)
BETWEEN = Words(", ", "、")
SECRETS = Words(
    "Secrets are masked: of a long one its first three characters are shown, and its length.",
    "秘密都已隐去：较长的只显示前三个字符和长度。",
)
NOTHING = Words("Nothing went over the wires.", "没有任何请求。")
INDEX = Words("Recorded flows", "流程记录")
BACK = Words("All flows", "全部流程")
BACK_TO = Words("Back to {name}", "返回{name}")
FLOW = Words("Your last sign-in: the whole flow", "最近一次登录：完整流程")
NO_FLOW = Words(
    "This browser has not signed in since the demo was started. Sign in at a site and come back.",
    "演示启动以来，这个浏览器还没有登录过。请先在某个站点登录，再回到这里。",
)

_CHINESE = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]")


def width_of(text: str, size: float) -> float:
    """About how wide a text is in pixels, in the system's sans-serif at ``size`` pixels."""
    return sum(size if _CHINESE.match(sign) else size * 0.56 for sign in text)
