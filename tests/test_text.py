import pytest

from alignment.text import Text


def test_placeholders_must_agree():
    with pytest.raises(ValueError, match="placeholders differ"):
        Text(en="{a}", es="{b}")


def test_both_languages_are_needed():
    with pytest.raises(ValueError, match="both languages"):
        Text(en="yes", es="")


def test_a_text_within_a_text_is_filled_a_language_at_a_time():
    said = Text(en="no {what}", es="sin {what}").format(what=Text(en="spend", es="inversión"))
    assert (said.en, said.es) == ("no spend", "sin inversión")


@pytest.mark.parametrize("name", [r"$\frac{1$", "{0}", "}{", "{__class__}"])
def test_values_with_braces_stay_text(name):
    said = Text(en="about {name}", es="sobre {name}").format(name=name)
    assert said.en == f"about {name}"
    assert Text.same(name).es == name


def test_unknown_language_is_named():
    with pytest.raises(KeyError, match="unknown language “fr”"):
        Text(en="a", es="b")["fr"]


def test_spanish_of_mexico_differs_in_its_numbers_only():
    said = Text(en="won {n}", es="ganados {n}").format(n=Text(en="1.5", es="1,5", es_mx="1.5"))
    assert (said["es"], said["es_MX"]) == ("ganados 1,5", "ganados 1.5")
    assert Text(en="one", es="uno")["es_MX"] == "uno"
