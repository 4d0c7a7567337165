"""Text from the data is drawn as text; colours stay apart; no setting leaks."""

from __future__ import annotations

import itertools

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from alignment import style


@pytest.fixture
def axes():
    with style.theme():
        figure, axes = plt.subplots()
        yield axes
    plt.close(figure)


@pytest.mark.parametrize(
    ("name", "drawn"),
    [
        ("Save $50 & get $20", r"Save \$50 & get \$20"),
        (r"Bad $\frac{1$", r"Bad \$\frac{1\$"),
        ("_private", "\u02cdprivate"),
        ("two\nlines\tand\x00\x1b[31m", "two lines and [31m"),
        ("日本", "□□"),
        ("Cafe\u0301", "Café"),
        ("abc\u202edef\u200b", "abcdef"),
        ("x" * 60, "x" * 27 + "…"),
        (12, "12"),
    ],
)
def test_a_name_becomes_drawable(name, drawn):
    assert style.label(name) == drawn


@settings(max_examples=40, deadline=None)
@example(["\U0001d5bc"])  # the regular weight has it, the bold of titles has not
@given(st.lists(st.text(), min_size=1, max_size=4))
def test_any_name_can_be_drawn_without_a_warning(names):
    with style.theme():
        figure = Figure(figsize=(6, 4))
        axes = figure.subplots()
        for place, name in enumerate(names):
            axes.plot([0, place], label=style.label(name))
            axes.set_title(style.label(name))
        axes.set_xticks(range(len(names)), [style.label(name) for name in names])
        figure.canvas.draw()


def test_names_that_start_with_an_underscore_stay_in_the_legend(axes):
    axes.plot([0, 1], label=style.label("_retargeting"))
    assert len(axes.get_legend_handles_labels()[1]) == 1


def test_dollars_of_our_own_prose_are_no_mathematics(axes):
    style.finish(axes, subtitle="From US$ 1 to US$ 2", source="Source: 日, US$")
    axes.figure.canvas.draw()
    assert axes.figure.get_suptitle() == r"From US\$ 1 to US\$ 2"
    assert style.plain(style.plain("US$")) == r"US\$"


def test_long_subtitles_wrap_inside_the_figure(axes):
    style.finish(axes, subtitle="word " * 60, source="word " * 80)
    axes.figure.canvas.draw()
    width = axes.figure.bbox.width
    boxes = [text.get_window_extent() for text in (axes.figure._suptitle, axes.figure._supxlabel)]
    assert all(box.x1 <= width for box in boxes)


def test_the_theme_leaves_no_trace():
    before = dict(mpl.rcParams)
    with style.theme():
        assert mpl.rcParams["axes.spines.top"] is False
    assert dict(mpl.rcParams) == before


def test_channel_colours_are_stable_and_grey_beyond_the_palette():
    names = ["a", "b", "c", "d", "e", "f", "(no touch recorded)", "sales"]
    colours = style.channel_colours(names)
    assert colours == style.channel_colours(names)
    assert colours["sales"] == style.TEAM_COLOURS["sales"]
    assert colours["(no touch recorded)"] == colours["f"] == style.GREY
    assert not set(style.TEAM_COLOURS.values()) & {colours[name] for name in "abcdef"}


# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
VISION = {
    "normal": np.eye(3),
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def linear(colour):
    rgb = np.array(mpl.colors.to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    xyz = TO_XYZ @ np.clip(rgb, 0, 1) / np.array([0.95047, 1, 1.08883])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast_to_white(colour):
    return 1.05 / ((TO_XYZ @ linear(colour))[1] + 0.05)


@pytest.mark.parametrize("vision", VISION)
def test_colours_stay_apart_in_every_colour_vision(vision):
    seen = {c: lab(VISION[vision] @ linear(c)) for c in (*style.PALETTE, style.GREY)}
    apart = [np.linalg.norm(seen[a] - seen[b]) for a, b in itertools.combinations(seen, 2)]
    assert min(apart) > 20
    one, two = (lab(VISION[vision] @ linear(c)) for c in style.TEAM_COLOURS.values())
    assert np.linalg.norm(one - two) > 50


def test_team_colours_are_visible_on_paper_and_apart_in_grey_print():
    assert all(contrast_to_white(c) >= 3 for c in style.TEAM_COLOURS.values())
    assert contrast_to_white(style.MUTED) >= 4.5
    light = [lab(linear(c))[0] for c in style.TEAM_COLOURS.values()]
    assert abs(light[0] - light[1]) > 15
