"""Advertising platforms: encodings, locales, totals, whole ranges, a connector's tables."""

import pandas as pd
import pytest
from folders import loaded, systems

SPANISH = (
    "Informe de campaña\n8 de julio de 2025 - 31 de julio de 2025\n"
    "Semana\tEstado de la campaña\tCampaña\tCódigo de moneda\tCoste\tImpr.\tClics\n"
)


def test_google_in_the_spanish_of_spain_as_excel_csv(tmp_path):
    rows = (
        "2025-07-07\tHabilitada\tMarca\tEUR\t8651,95\t1.247\t12\n"
        "2025-07-14\tHabilitada\tMarca\tEUR\t348,05\t10.000\t --\n"
        " --\tTotal: Campañas\t --\tEUR\t9000,00\t11.247\t12\n"
        " --\tTotal: Cuenta\t --\tEUR\t9000,00\t11.247\t12\n"
    )
    content = b"\xff\xfe" + (SPANISH + rows).encode("utf-16-le")
    data = loaded(tmp_path, {"Informe de campaña.csv": content})
    assert data.spend["cost"].tolist() == [8651.95, 348.05]
    assert data.spend["impressions"].tolist() == [1247, 10000]
    assert data.spend["ends_on"].tolist() == [
        pd.Timestamp("2025-07-13"),
        pd.Timestamp("2025-07-20"),
    ]
    assert data.ledger.totals.tolist() == [2, 2, 0, 0]


def test_a_currency_that_stands_twice_and_totals_repeated_a_segment(tmp_path):
    rows = (
        'Campaign report\n"July 8, 2025 - July 9, 2025"\n'
        "Device,Campaign,Currency code,Cost,Currency code,Impr.\n"
        'Mobile,Marca,MXN,100.50,MXN,"1,200"\n'
        'Mobile,Total: Campaigns,MXN,100.50,MXN,"1,200"\n'
        "Desktop,Marca,MXN,50.25,MXN,300\n"
        "Desktop,Total: Campaigns,MXN,50.25,MXN,300\n"
    )
    data = loaded(tmp_path, {"Campaign report.csv": rows})
    assert sorted(data.spend["cost"]) == [50.25, 100.5]
    assert data.spend["cost"].sum() == 150.75


def test_a_meta_row_without_a_day_covers_the_whole_range(tmp_path):
    rows = (
        "Reporting starts,Reporting ends,Campaign name,Amount spent (EUR),Impressions,"
        "Attribution setting\n"
        '2026-01-01,2026-03-31,Historias,900.00,"1,204",7-day click\n'
    )
    data = loaded(tmp_path, {"Untitled-report.csv": rows})
    row = data.spend.iloc[0]
    assert (row["starts_on"], row["ends_on"]) == (
        pd.Timestamp("2026-01-01"), pd.Timestamp("2026-03-31"),
    )  # fmt: skip
    assert "spend-whole-range" in set(data.ledger.notes["rule"])


def test_meta_in_the_spanish_of_latin_america(tmp_path):
    rows = (
        "Inicio del informe,Fin del informe,Nombre de la campaña,Nombre del anuncio,Resultados,"
        "Costo por resultados,Importe gastado (MXN),Impresiones,Día\n"
        '2026-01-01,2026-01-31,Historias,A,3,"3,84","11,52","1.204",2026-01-15\n'
    )
    data = loaded(tmp_path, {"informe.csv": rows})
    row = data.spend.iloc[0]
    assert (row["currency"], row["cost"], row["impressions"]) == ("MXN", 11.52, 1204)
    assert row["starts_on"] == row["ends_on"] == pd.Timestamp("2026-01-15")


MICROSOFT = (
    '"Report Name: Campaign Performance"\r\n"Report Time: 1/23/2019"\r\n"Time Zone: (GMT) UTC"\r\n'
    '"Last Completed Available Day: 1/24/2019 1:00:00 PM"\r\n"Report Aggregation: Hourly"\r\n'
    '"Rows: 2"\r\n\r\n'
    '"TimePeriod","CampaignName","CampaignId","CurrencyCode","Impressions","Clicks","Spend"\r\n'
    '"1/23/2019 12:00:00 AM|11","Marca","31","USD","1,200","12","10.50"\r\n'
    '"1/23/2019 12:00:00 AM|12","Marca","31","USD","800","8","5.25"\r\n'
    '\r\n"©2019 Microsoft Corporation. All rights reserved. "\r\n'
)


def test_microsoft_has_a_preamble_hours_and_a_footer(tmp_path):
    data = loaded(tmp_path, {"Campaign_Performance.csv": "\ufeff" + MICROSOFT})
    assert systems(data) == {
        "Campaign_Performance.csv": "microsoft_ads campaign performance report"
    }
    assert data.spend["cost"].sum() == 15.75
    assert set(data.spend["starts_on"]) == {pd.Timestamp("2019-01-23")}
    assert set(data.spend["channel"]) == {"Microsoft Ads"}
    assert data.ledger.totals.tolist() == [2, 2, 0, 0]


def test_a_report_without_a_currency_takes_the_stated_one(tmp_path):
    rows = "Campaign report\nAll time\nWeek,Campaign,Cost,Impr.\n2026-01-05,Marca,10.5,7\n"
    data = loaded(tmp_path, {"g.csv": rows}, currency="MXN")
    assert data.spend["currency"].tolist() == ["MXN"]
    assert "spend-currency-stated" in set(data.ledger.notes["rule"])


def test_a_connectors_money_in_millionths(tmp_path):
    files = {
        "campaign_stats.csv": (
            "customer_id,date,clicks,cost_micros,id,impressions\n21,2026-01-05,3,36150000,9,166\n"
        ),
        "campaign_history.csv": (
            "id,updated_at,name,customer_id,advertising_channel_type\n"
            "9,2026-01-01,Marca,21,SEARCH\n"
        ),
    }
    data = loaded(tmp_path, files, currency="USD")
    assert data.spend["cost"].tolist() == [36.15]
    assert data.campaigns["name"].tolist() == ["Marca"]


@pytest.mark.parametrize("unit", ["Sesiones", "Usuarios nuevos"])
def test_ga4_names_no_person_so_its_rows_are_set_aside(tmp_path, unit):
    rows = (
        "# ----------------------------------------\n# Exportar informe en formato CSV\n"
        "# Cuenta: Norte\n# Propiedad: Norte\n# Fecha de inicio: 20260105\n"
        "# Fecha de finalización: 20260111\n\n"
        f"Grupo de canales predeterminado de la sesión,{unit}\nOrganic Search,12\nDirect,7\n"
    )
    goals = "period,team,metric,target\n2026,both,won,10\n"
    lead = (
        "Id,Email,LeadSource,Status,IsConverted,CreatedDate\n"
        "00Q000000000001AAA,ana@norte.example,Web,Open,0,2026-01-05 10:00:00\n"
    )
    data = loaded(tmp_path, {"data-export.csv": rows, "goals.csv": goals, "Lead.csv": lead})
    assert systems(data)["data-export.csv"] == "ga4 report"
    assert set(data.ledger.set_aside["reason"]) == {
        "a sum over visits that names no person: it makes no touch, and no cost"
    }
    assert data.ledger.files.set_index("file").loc["data-export.csv", "rows_set_aside"] == 2


def test_a_ga4_snapshot_holds_several_tables(tmp_path):
    table = "# Start date: 20230424\n# End date: 20230521\n"
    rows = (
        "# Report CSV Export\n" + table + "Nth day,New users\n0000,12\n0001,3\n\n"
        "# Where do your new users come from?\n"
        + table
        + "First user default channel group,New users\nDirect,9\nOrganic Search,6\n\n"
        "# Engagement\n" + table + "Event name,Event count,Total users\npage_view,5,2\n"
    )
    lead = (
        "Id,Email,LeadSource,Status,IsConverted,CreatedDate\n"
        "00Q000000000001AAA,ana@norte.example,Web,Open,0,2026-01-05 10:00:00\n"
    )
    data = loaded(tmp_path, {"snapshot.csv": rows, "Lead.csv": lead})
    file = data.ledger.files.set_index("file").loc["snapshot.csv"]
    assert file["system"] == "ga4"
    assert file["rows_set_aside"] == file["rows_read"] >= 5


@pytest.mark.parametrize(
    "month", ["enero 2026", "January 2026", "ene. 2026", "enero de 2026", "2026-01", "2026-01-01"]
)
def test_a_month_in_any_words_is_its_days(tmp_path, month):
    rows = (
        "Informe de campañas\n1 de enero de 2026 - 28 de febrero de 2026\n"
        f"Mes;Campaña;Código de moneda;Costo;Impr.;Clics\n{month};Marca;MXN;1.051,95;1.247;10\n"
        "Total: Campañas;;MXN;1.051,95;1.247;10\n"
    )
    row = loaded(tmp_path, {"g.csv": rows.encode("cp1252")}).spend.iloc[0]
    assert (row["cost"], row["impressions"], row["clicks"]) == (1051.95, 1247, 10)
    assert row["starts_on"] == pd.Timestamp("2026-01-01")
    assert row["ends_on"] == pd.Timestamp("2026-01-31")


def test_google_in_spanish_as_utf_16_with_two_totals(tmp_path):
    lines = [
        ["Informe de campaña"],
        ["7 de julio de 2025 - 20 de julio de 2025"],
        ["Día", "Estado de la campaña", "Campaña", "Código de moneda", "Impr.", "Clics", "Coste"],
        ["2025-07-07", "Habilitada", "Marca", "EUR", "1.247", "10", "1.051,95"],
        ["2025-07-08", "Habilitada", "Marca", "EUR", "900", " --", "8,5"],
        ["Total: Campañas", "", "", "EUR", "2.147", "10", "1.060,45"],
        ["Total: Cuenta", "", "", "EUR", "2.147", "10", "1.060,45"],
    ]
    text = "".join("\t".join(line) + "\n" for line in lines)
    data = loaded(tmp_path, {"Informe.csv": b"\xff\xfe" + text.encode("utf-16-le")})
    assert data.spend["cost"].tolist() == [1051.95, 8.5]
    assert data.spend["impressions"].tolist() == [1247, 900]
    assert "total-agrees" in set(data.ledger.notes["rule"])


def test_microsofts_table_of_campaigns_takes_its_period_from_above(tmp_path):
    rows = (
        "Campaign report\r\n(1/1/2026 - 1/31/2026)\r\n"
        "Campaign,Delivery,Budget,Clicks,Impr.,CTR,Avg. CPC,Spend\r\n"
        'Marca,Eligible,"50.00/day",12,"1,200",1.00%,0.88,10.50\r\n'
        'Overall total - 1 campaigns,,,12,"1,200",1.00%,0.88,10.50\r\n'
    )
    data = loaded(tmp_path, {"m.csv": "\ufeff" + rows}, currency="USD")
    row = data.spend.iloc[0]
    assert (row["platform"], row["cost"], row["clicks"]) == ("microsoft_ads", 10.5, 12)
    assert (row["starts_on"], row["ends_on"]) == (
        pd.Timestamp("2026-01-01"), pd.Timestamp("2026-01-31"),
    )  # fmt: skip
    assert len(data.spend) == 1


def test_linkedin_in_spanish_names_its_zone_in_spanish(tmp_path):
    header = ["Fecha de inicio (en UTC)", "Divisa", "Nombre de la campaña", "Total gastado"]
    text = "Informe\n\n" + "\t".join(header) + "\n1/13/2026\tEUR\tLead gen\t1234.50\n"
    data = loaded(tmp_path, {"l.csv": b"\xff\xfe" + text.encode("utf-16-le")})
    assert data.spend["cost"].tolist() == [1234.5]
    assert data.spend["starts_on"].tolist() == [pd.Timestamp("2026-01-13")]


@pytest.mark.parametrize(
    "header",
    [
        "Date,Channel,Campaign,Spend,Impressions",
        "Date,Campaign,Spend,Impressions",
        "Fecha,Plataforma,Campaña,Costo,Impresiones",
    ],
)
def test_a_companys_own_table_of_spend_is_no_platforms_report(tmp_path, header):
    row = ",".join(["2026-01-13", *["x"] * (header.count(",") - 2), "10.5", "7"])
    lead = (
        "Id,Email,LeadSource,Status,IsConverted,CreatedDate\n"
        "00Q000000000001AAA,ana@norte.example,Web,Open,0,2026-01-05 10:00:00\n"
    )
    data = loaded(tmp_path, {"own.csv": f"{header}\n{row}\n", "Lead.csv": lead})
    assert data.ledger.files.set_index("file").loc["own.csv", "system"] == "not recognised"
    assert len(data.spend) == 0


@pytest.mark.parametrize(
    "header",
    [
        "Session primary channel group (Default Channel Group),Sessions,Total revenue",
        "Grupo de canales principal de la sesión (Grupo de canales predeterminado),Sesiones,X",
        "Primer grupo de canales principal del usuario (Grupo de canales predeterminado),"
        "Usuarios nuevos,X",
        "Session Google Ads campaign,Active users,Google Ads cost",
    ],
)
def test_ga4_reports_of_2026_are_known_in_both_languages(tmp_path, header):
    rows = f"# ---\n# Start date: 20260101\n{header}\nOrganic Search,12,0\n"
    lead = (
        "Id,Email,LeadSource,Status,IsConverted,CreatedDate\n"
        "00Q000000000001AAA,ana@norte.example,Web,Open,0,2026-01-05 10:00:00\n"
    )
    data = loaded(tmp_path, {"ga.csv": rows, "Lead.csv": lead})
    assert systems(data)["ga.csv"] == "ga4 report"
