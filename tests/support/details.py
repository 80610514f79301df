"""Authorization details to ask for, and a file of types that knows them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

TYPES = """
[payment]
sentences.en = "Pay {instructedAmount.amount} {instructedAmount.currency} to {creditorName}[ for {purpose}]"
sentences.zh_CN = "向 {creditorName} 支付 {instructedAmount.amount} {instructedAmount.currency}[，用于 {purpose}]"
consequences.en = "The money leaves your account at once."
consequences.zh_CN = "款项会立即划出。"
[payment.fields]
"instructedAmount.amount" = { kind = "amount", required = true, maximum = 10000 }
"instructedAmount.currency" = { kind = "currency", required = true, allowed = ["CNY", "EUR"] }
creditorName = { kind = "text", required = true, maximum = 140 }
creditorAccount = { kind = "text", labels = { en = "Account", zh_CN = "账号" } }
purpose = { kind = "text" }
count = { kind = "integer", maximum = 12 }

[course_record]
remember = true
sentences.en = "Read the record of course {course}[ since {since}]"
sentences.zh_CN = "读取课程 {course} [自 {since} 起]的记录"
[course_record.fields]
course = { kind = "text", required = true }
since = { kind = "date" }
actions = { kind = "texts", allowed = ["list", "read"] }
locations = { kind = "texts", maximum = 2 }
page = { kind = "url" }

[opening_hours]
silent = true
machine = true
sentences.en = "See when {place} is open"
sentences.zh_CN = "查看 {place} 的开放时间"
fields.place = { kind = "text", required = true }
"""
NAMES = ["payment", "course_record", "opening_hours"]
Entry = dict[str, Any]


def types_file(folder: Path, text: str = TYPES, name: str = "types.toml") -> str:
    """The address of a file that holds ``text``."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return str(file)


def details(*entries: Entry) -> str:
    """Entries as the parameter that carries them."""
    return json.dumps(entries, ensure_ascii=False)


def payment(**changes: Any) -> Entry:
    """Somebody is to be paid; members are changed, added or left out (``None``)."""
    amount = {"amount": "123.50", "currency": "EUR"}
    entry = {"type": "payment", "instructedAmount": amount, "creditorName": "Merchant A", **changes}
    return {name: value for name, value in entry.items() if value is not None}


def course(**changes: Any) -> Entry:
    """The record of a course."""
    return {"type": "course_record", "course": "Algebra", **changes}


def hours(place: str = "the library") -> Entry:
    """When a place is open."""
    return {"type": "opening_hours", "place": place}
