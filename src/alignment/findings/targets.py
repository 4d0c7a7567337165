"""Sentences about today's targets and the agreement: whether they agree, and are kept."""

from __future__ import annotations

from alignment import vocabulary
from alignment.errors import NotMeasurable
from alignment.exhibits import Finding
from alignment.findings.goals import chance
from alignment.shared_goals import Agreement, Targets, Tracking
from alignment.text import Text
from alignment.wording import amount, both, date, interval, percent

ON_TRACK, OFF_TRACK = 0.80, 0.20
LIKE = 0.10  # two targets within a tenth of each other ask for the same


def targets_agree(result: Targets) -> Finding:
    """Say whether today's targets of the two teams imply the same revenue."""
    if not len(result.gap):
        raise NotMeasurable(
            Text(
                en="Not measurable: goals.csv holds no target of each team that leads to revenue.",
                es="No medible: goals.csv no contiene un objetivo de cada área que lleve a "
                "ingresos.",
            )
        )
    row = result.gap.iloc[-1]
    apart = row["low"] > 1 or row["high"] < 1
    alike = row["low"] >= 1 - LIKE and row["high"] <= 1 + LIKE
    values = {
        "metric": vocabulary.word(vocabulary.GOAL_METRICS, row["metric"]),
        "against": vocabulary.word(vocabulary.GOAL_METRICS, row["against"]),
        "ratio": both(percent, row["ratio"], digits=0),
        "interval": both(interval, row["low"], row["high"], form=percent, digits=0),
    }
    title = Text(
        en="Marketing's target ({metric}) implies {ratio} of the revenue that sales' target "
        "({against}) implies ({interval})",
        es="El objetivo de marketing ({metric}) implica el {ratio} de los ingresos que implica el "
        "de ventas ({against}) ({interval})",
    )
    if not apart and not alike:
        title = Text(
            en="Whether marketing's target ({metric}) and sales' ({against}) imply the same "
            "revenue is open: {ratio} ({interval})",
            es="No se sabe si el objetivo de marketing ({metric}) y el de ventas ({against}) "
            "implican los mismos ingresos: {ratio} ({interval})",
        )
    return Finding(
        "targets-agree",
        "claim" if apart or alike else "inconclusive",
        title.format(**values),
        _signed_revenue(result),
    )


def _signed_revenue(result: Targets) -> Text:
    """Set what the targets imply beside the revenue signed."""
    parts = [
        Text(en="{team}, {metric}: {value}", es="{team}, {metric}: {value}").format(
            team=vocabulary.word(vocabulary.TEAMS, row.team),
            metric=vocabulary.word(vocabulary.GOAL_METRICS, row.metric),
            value=both(interval, row.low, row.high, form=amount, currency=result.currency),
        )
        for row in result.frame[result.frame["metric"] != "revenue"].itertuples()
    ]
    parts = parts or [
        Text(en="{team}: {value}", es="{team}: {value}").format(
            team=vocabulary.word(vocabulary.TEAMS, row.team),
            value=both(amount, row.target, currency=result.currency),
        )
        for row in result.frame.itertuples()
    ]
    listed = parts[0]
    for part in parts[1:]:
        listed = Text(en="{a}; {b}", es="{a}; {b}").format(a=listed, b=part)
    # Marketing may have signed a revenue of its own; both compare with that of both, or of sales.
    signed = result.frame[
        (result.frame["metric"] == "revenue") & result.frame["team"].isin(["both", "sales"])
    ]
    signed = signed.head(0) if (result.frame["metric"] == "revenue").all() else signed
    said = Text(
        en="Implied revenue, {first} to {last}: {listed}.{signed}",
        es="Ingresos implicados, {first} a {last}: {listed}.{signed}",
    )
    beside = Text.same("")
    if len(signed):
        beside = Text(en=" Signed: {v}.", es=" Firmado: {v}.").format(
            v=both(amount, signed["target"].iloc[0], currency=result.currency)
        )
    return said.format(
        first=vocabulary.period(result.periods[0]),
        last=vocabulary.period(result.periods[-1]),
        listed=listed,
        signed=beside,
    )


def on_track(result: Targets) -> Finding:
    """Say whether the running period is on track for its revenue goal, at today's pace."""
    if not len(result.track):
        raise NotMeasurable(
            Text(
                en="Not measurable: goals.csv signs no revenue for a period that is still running "
                "or to come.",
                es="No medible: goals.csv no firma ingresos para un periodo en curso o por venir.",
            )
        )
    row = result.track.iloc[0]
    values = {
        "period": vocabulary.period(row["period"]),
        "goal": both(amount, row["goal"], currency=result.currency),
        "chance": chance(row["chance"]),
    }
    if row["chance"] >= ON_TRACK:
        title = Text(
            en="{period} is on track: at today's pace its goal of {goal} is reached {chance} of "
            "the time",
            es="{period} va bien: al ritmo de hoy su objetivo de {goal} se alcanza {chance} de "
            "las veces",
        )
    elif row["chance"] <= OFF_TRACK:
        title = Text(
            en="{period} is off track: at today's pace its goal of {goal} is reached {chance} of "
            "the time",
            es="{period} va mal: al ritmo de hoy su objetivo de {goal} se alcanza {chance} de las "
            "veces",
        )
    else:
        title = Text(
            en="Whether {period} reaches its goal of {goal} is open: {chance} of the time at "
            "today's pace",
            es="No se sabe si {period} alcanzará su objetivo de {goal}: {chance} de las veces al "
            "ritmo de hoy",
        )
    detail = Text(
        en="Won so far: {won}; by its end, {interval} in 8 of 10 futures.{next}",
        es="Ganado hasta hoy: {won}; al final, {interval} en 8 de 10 futuros.{next}",
    ).format(
        won=both(amount, row["won"], currency=result.currency),
        interval=both(interval, row["low"], row["high"], form=amount, currency=result.currency),
        next=_next_period(result),
    )
    return Finding(
        "on-track",
        "inconclusive" if OFF_TRACK < row["chance"] < ON_TRACK else "claim",
        title.format(**values),
        detail,
    )


def _next_period(result: Targets) -> Text:
    if len(result.track) < 2:
        return Text.same("")
    row = result.track.iloc[1]
    return Text(
        en=" {period}: {chance} for its goal of {goal}.",
        es=" {period}: {chance} para su objetivo de {goal}.",
    ).format(
        period=vocabulary.period(row["period"]),
        chance=chance(row["chance"]),
        goal=both(amount, row["goal"], currency=result.currency),
    )


def signed_lines(agreement: Agreement) -> Finding:
    """Say how many lines of the agreement are met today already."""
    known = [one for one in agreement.lines if agreement.met(one) is not None]
    if not known:
        raise NotMeasurable(
            Text(
                en="Not measurable: the exports tell today's value of no line of the agreement.",
                es="No medible: las exportaciones no dicen el valor de hoy de ninguna línea.",
            )
        )
    met = [one for one in known if agreement.met(one)]
    title = Text(
        en="Of the {n} lines to sign that can be measured, the last twelve months met {met}",
        es="De las {n} líneas por firmar que se pueden medir, los últimos doce meses cumplieron "
        "{met}",
    ).format(n=len(known), met=len(met))
    if len(met) == len(known):
        return Finding("signed-lines", "claim", title)
    detail = Text(
        en="The other {k} are what the goal and the limits ask beyond that; the table says which.",
        es="Las otras {k} son lo que el objetivo y los límites piden además; la tabla dice cuáles.",
    ).format(k=len(known) - len(met))
    return Finding("signed-lines", "claim", title, detail)


def tracked_lines(result: Tracking) -> Finding:
    """Say how many lines of the last agreement were kept."""
    counts = result.frame["state"].value_counts()
    kept, missed = int(counts.get("kept", 0)), int(counts.get("missed", 0))
    if not kept + missed:
        raise NotMeasurable(
            Text(
                en="Not measurable: none of the agreement's lines can be counted in these exports.",
                es="No medible: ninguna línea del acta se puede contar en estas exportaciones.",
            )
        )
    title = Text(
        en="Of the last agreement, {kept} of {n} lines that can be measured were kept by {day}",
        es="Del acta anterior se cumplieron {kept} de {n} líneas que se pueden medir, al {day}",
    ).format(kept=kept, n=kept + missed, day=both(date, result.until))
    return Finding("tracked-lines", "claim", title)
