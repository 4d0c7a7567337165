"""The words that the report uses in a fixed sense, explained to its readers."""

from __future__ import annotations

from dataclasses import dataclass

from alignment.text import Text


@dataclass(frozen=True)
class Term:
    """A word that the report uses in a fixed sense."""

    term: Text
    meaning: Text


GLOSSARY: tuple[Term, ...] = (
    Term(
        Text(en="Account", es="Cuenta"),
        Text(en="A company that buys or may buy.", es="Una empresa que compra o podría comprar."),
    ),
    Term(
        Text(en="Lead", es="Lead"),
        Text(
            en="A person at a moment of interest in what we sell.",
            es="Una persona en un momento de interés por lo que vendemos.",
        ),
    ),
    Term(
        Text(en="Touch", es="Interacción"),
        Text(
            en="One dated contact between a team and a lead: an e-mail, a webinar, a call, "
            "a meeting.",
            es="Un trato con fecha entre un área y un lead: un correo, un seminario web, "
            "una llamada, una reunión.",
        ),
    ),
    Term(
        Text(en="Team", es="Área"),
        Text(
            en="Marketing or sales, whichever made the touch. Which channel belongs to whom is a "
            "table that you can edit.",
            es="Marketing o ventas, según quién hizo la interacción. Qué canal es de quién está en "
            "una tabla que se puede editar.",
        ),
    ),
    Term(
        Text(en="Opportunity", es="Oportunidad"),
        Text(
            en="A possible deal: open, won or lost.",
            es="Un posible negocio: abierto, ganado o perdido.",
        ),
    ),
    Term(
        Text(en="Won value", es="Valor ganado"),
        Text(
            en="The amount of the opportunities won, in one currency.",
            es="El importe de las oportunidades ganadas, en una sola moneda.",
        ),
    ),
    Term(
        Text(en="As of", es="Fecha de corte"),
        Text(
            en="The moment of the export. What is still open then counts as open, never as lost.",
            es="El momento de la exportación. Lo que sigue abierto entonces cuenta como abierto, "
            "nunca como perdido.",
        ),
    ),
    Term(
        Text(en="Observed from", es="Observado desde"),
        Text(
            en="The first day on which the exports would have shown a closing. Earlier ones "
            "cannot be seen, and the calculations allow for it.",
            es="El primer día en que las exportaciones habrían mostrado un cierre. Los anteriores "
            "no se ven, y los cálculos lo tienen en cuenta.",
        ),
    ),
    Term(
        Text(en="Interval", es="Intervalo"),
        Text(
            en="The range of values that the data are compatible with. A wide one means few data.",
            es="El rango de valores compatible con los datos. Si es ancho, hay pocos datos.",
        ),
    ),
    Term(
        Text(en="Probability of winning by a day", es="Probabilidad de ganar para cierto día"),
        Text(
            en="The share of leads won within so many days, with those still open counted for as "
            "long as they were watched (cumulative incidence, Aalen–Johansen).",
            es="La parte de los leads ganada en tantos días; los que siguen abiertos cuentan por "
            "el tiempo que se observaron (incidencia acumulada, Aalen–Johansen).",
        ),
    ),
    Term(
        Text(en="Credit", es="Crédito"),
        Text(
            en="The part of the won value that a rule assigns to a channel or a team. A rule "
            "divides; it does not prove what would have happened without them.",
            es="La parte del valor ganado que una regla asigna a un canal o a un área. Una "
            "regla reparte; no prueba qué habría pasado sin ellos.",
        ),
    ),
    Term(
        Text(
            en="First, last, linear, position-based, time-decay",
            es="Primero, último, lineal, por posición, con decaimiento",
        ),
        Text(
            en="Rules that give the credit to the first touch, the last, all alike, mostly the "
            "ends, or more the closer to the close.",
            es="Reglas que dan el crédito a la primera interacción, a la última, a todos por "
            "igual, sobre "
            "todo a los extremos, o más cuanto más cerca del cierre.",
        ),
    ),
    Term(
        Text(en="Shapley value", es="Valor de Shapley"),
        Text(
            en="A division that pays each channel the average of what it adds to every group of "
            "the others.",
            es="Un reparto que da a cada canal el promedio de lo que añade a cada grupo de los "
            "demás.",
        ),
    ),
    Term(
        Text(en="Markov removal", es="Efecto de eliminación de Markov"),
        Text(
            en="How many wins the usual paths would lose if a channel were taken out of them.",
            es="Cuántas ventas perderían los recorridos habituales si se quitara de ellos un "
            "canal.",
        ),
    ),
    Term(
        Text(en="Short and long term", es="Corto y largo plazo"),
        Text(
            en="What closes within a quarter of the first touch, and what closes later.",
            es="Lo que se cierra dentro del trimestre que sigue a la primera interacción, y lo "
            "que se "
            "cierra después.",
        ),
    ),
    Term(
        Text(en="Cohort", es="Cohorte"),
        Text(
            en="The leads that came in one quarter or month. Two cohorts are only comparable at "
            "the same age.",
            es="Los leads que llegaron en un mismo trimestre o mes. Dos cohortes solo se comparan "
            "a la misma edad.",
        ),
    ),
    Term(
        Text(en="Under observation", es="En observación"),
        Text(
            en="How many are still open and watched on a day (numbers at risk). Where they are "
            "few, the curve says little.",
            es="Cuántos siguen abiertos y observados en un día (números en riesgo). Donde son "
            "pocos, la curva dice poco.",
        ),
    ),
    Term(
        Text(en="Gray’s test, log-rank test, p", es="Prueba de Gray, prueba log-rank, p"),
        Text(
            en="Gray’s test asks whether groups differ in how many are won, the log-rank test in "
            "how fast those still open are. The p is how often chance alone would show as much; "
            "below 0.1, after allowing for the number of comparisons, we speak of a difference.",
            es="La prueba de Gray pregunta si los grupos difieren en cuántos se ganan; la log-rank "
            "en el ritmo de los que siguen abiertos. La p dice cada cuánto el azar solo mostraría "
            "tanto; por debajo de una vez en diez, descontado el número de comparaciones, "
            "hablamos de diferencia.",
        ),
    ),
    Term(
        Text(en="Accepted lead", es="Lead aceptado"),
        Text(
            en="A lead that sales took on (SAL); where no export records that, the nearest stage "
            "that one does.",
            es="Un lead que ventas tomó a su cargo (SAL); si ninguna exportación lo registra, la "
            "etapa registrada más cercana.",
        ),
    ),
    Term(
        Text(en="Probability of the goal", es="Probabilidad del objetivo"),
        Text(
            en="In how many of 100 equally plausible futures the revenue is reached. A plan on "
            "averages reaches it in about half.",
            es="En cuántos de 100 futuros igual de creíbles se alcanzan los ingresos. Un plan con "
            "promedios los alcanza en cerca de la mitad.",
        ),
    ),
    Term(
        Text(en="Capacity frontier", es="Frontera de capacidad"),
        Text(
            en="The volume of leads at which the hours of sales are used up; beyond it, more "
            "leads lower revenue.",
            es="El volumen de leads con el que se agotan las horas de ventas; más allá, más leads "
            "reducen los ingresos.",
        ),
    ),
    Term(
        Text(en="Lever", es="Palanca"),
        Text(
            en="One thing that the teams may improve, by a tenth here, all else as it is.",
            es="Algo que las áreas pueden mejorar, aquí en una décima parte, con lo demás igual.",
        ),
    ),
    Term(
        Text(en="Agreement", es="Acta de objetivos comunes"),
        Text(
            en="The page that both teams sign: the goal, what each brings to it, and how it is "
            "counted.",
            es="La página que firman ambas áreas: el objetivo, lo que aporta cada una y cómo se "
            "cuenta.",
        ),
    ),
    Term(
        Text(en="Information sharing index", es="Índice de información compartida"),
        Text(
            en="The share of what happens that finds its way back to a campaign with a usable "
            "reason: touch, campaign, lead, deal and reason, multiplied link by link.",
            es="La parte de lo que pasa que vuelve a una campaña con un motivo útil: interacción, "
            "campaña, lead, negocio y motivo, multiplicados eslabón por eslabón.",
        ),
    ),
    Term(
        Text(en="Value of shared knowledge", es="Valor del conocimiento compartido"),
        Text(
            en="The share of the wins caught by a worklist in the order of what both teams know, "
            "minus that of the better team alone, tried on later leads.",
            es="La parte de los negocios ganados que capta una lista ordenada con lo que saben "
            "ambas áreas, menos la de la mejor por separado, probada en leads posteriores.",
        ),
    ),
    Term(
        Text(en="Kappa", es="Kappa"),
        Text(
            en="How far two records agree beyond chance: 0 is chance, 1 is full agreement.",
            es="Cuánto coinciden dos registros más allá del azar: 0 es azar, 1 es acuerdo total.",
        ),
    ),
    Term(
        Text(en="Collision", es="Choque"),
        Text(
            en="Both teams touch one person within days of each other after the handoff; it is "
            "counted beside what chance gives.",
            es="Ambas áreas tocan a una persona con pocos días de diferencia tras la entrega; se "
            "cuenta al lado de lo que da el azar.",
        ),
    ),
    Term(
        Text(en="Difference in differences", es="Diferencia en diferencias"),
        Text(
            en="The change where something began, minus the change where it did not, over the "
            "same time.",
            es="El cambio donde algo empezó, menos el cambio donde no, en el mismo tiempo.",
        ),
    ),
    Term(
        Text(en="Appeal", es="Tono"),
        Text(
            en="Whether a campaign speaks to emotion or to reason, as its tag says; it is never "
            "guessed.",
            es="Si una campaña apela a la emoción o a la razón, según su etiqueta; nunca se "
            "adivina.",
        ),
    ),
    Term(
        Text(en="Carry-over (adstock)", es="Arrastre (adstock)"),
        Text(
            en="What an activity still brings in the weeks after it, less and less, or most of it "
            "some weeks later.",
            es="Lo que una actividad sigue trayendo en las semanas siguientes, cada vez menos, o "
            "la mayor parte unas semanas después.",
        ),
    ),
    Term(
        Text(en="Slow stock of brand (brand stock)", es="Capital de marca"),
        Text(
            en="What brand leaves behind and fades over months; the weekly model may find that "
            "there is none.",
            es="Lo que deja la inversión de marca y se desvanece en meses; el modelo semanal "
            "puede hallar que no lo hay.",
        ),
    ),
    Term(
        Text(en="Before and after the data (prior, posterior)", es="Antes y después de los datos"),
        Text(
            en="What the model takes for possible without these data, and what is left with them. "
            "Where both look alike, the data did not tell.",
            es="Lo que el modelo da por posible sin estos datos (a priori), y lo que queda con "
            "ellos (a posteriori). Donde se parecen, los datos no dijeron nada.",
        ),
    ),
    Term(
        Text(en="Placebo", es="Placebo"),
        Text(
            en="An activity that cannot have acted, such as a shuffled copy or that of later "
            "weeks. A model that credits it as much as the real one is not to be believed.",
            es="Una actividad que no pudo actuar, como una copia barajada o la de semanas "
            "posteriores. No hay que creer a un modelo que le atribuye tanto como a la real.",
        ),
    ),
    Term(
        Text(en="Payback week", es="Semana de recuperación"),
        Text(
            en="The first week by whose end what a week's spend has brought, times the margin, "
            "reaches that spend. At a margin of 1 it counts revenue, not profit.",
            es="La primera semana en que lo que ha traído la inversión de una semana, por el "
            "margen, alcanza esa inversión. Con un margen de 1 cuenta ingresos, no beneficio.",
        ),
    ),
    Term(
        Text(en="Evidence, A to D", es="Evidencia, de la A a la D"),
        Text(
            en="What a channel's line rests on: A, an experiment; B, regions compared within the "
            "same week; C, the weekly series; D, an assumption that the data hardly changed.",
            es="En qué se apoya la línea de un canal: A, un experimento; B, regiones comparadas en "
            "la misma semana; C, las series semanales; D, un supuesto que los datos apenas "
            "cambiaron.",
        ),
    ),
    Term(
        Text(en="Lift", es="Efecto medido"),
        Text(
            en="What an experiment measured: how many more opportunities an average week of a "
            "channel brings than a week without it.",
            es="Lo que midió un experimento: cuántas oportunidades más trae una semana media de un "
            "canal que una semana sin él.",
        ),
    ),
)
