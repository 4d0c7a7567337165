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
