import pytest
from django.core.exceptions import ValidationError

from accounts.display_names import LONGEST, clean_display_name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        ("  Ada   Lovelace ", "Ada Lovelace"),
        ("李小龙", "李小龙"),
        ("Nguye\u0302\u0303n", "Nguyễn"),
        ("نام\u200cها", "نام\u200cها"),
        ("Ada 🚀", "Ada 🚀"),
        ("Анна (Anna) Παπά", "Анна (Anna) Παπά"),
        ("田中Ken", "田中Ken"),
        ("x" * LONGEST, "x" * LONGEST),
    ],
)
def test_a_name_in_any_script_gets_one_spelling(typed: str, kept: str) -> None:
    assert clean_display_name(typed) == kept


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("x" * (LONGEST + 1), "too_long"),
        ("Ada\u202egnol", "hidden"),
        ("Ada\u200b", "hidden"),
        ("Ada\x00", "hidden"),
        ("Ada\ue000", "hidden"),
        ("\u3164", "hidden"),
        ("Ada\u115f", "hidden"),
        ("Ad\u034fa", "hidden"),
        ("\u0410da Lovelace", "mixed"),  # a Cyrillic A
        ("c\u03bfnnect", "mixed"),  # a Greek o
        ("Z" + "\u0301" * 40, "marks"),
        ("...", "no_letter"),
        ("🚀", "no_letter"),
    ],
)
def test_a_name_that_deceives_or_disturbs_is_refused(typed: str, code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        clean_display_name(typed)
    assert caught.value.code == code
