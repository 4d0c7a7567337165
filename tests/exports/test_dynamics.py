"""Dynamics 365: hidden columns, GUIDs in braces, BOM and CRLF, US dates, lookups by name."""

import pandas as pd
from folders import loaded, systems

GUID = "A1B2C3D4-0000-4000-8000-00000000000{}"
HEADER = (
    "(Do Not Modify) Opportunity,(Do Not Modify) Row Checksum,(Do Not Modify) Modified On,Topic,"
    "Potential Customer,Contact,Status,Status Reason,Est. revenue,Est. close date,Actual Revenue,"
    "Actual Close Date,Probability,Sales Stage,Currency,Created On,Owner"
)
ROWS = (
    "{" + GUID.format(1) + '},xx=,5/20/2024 7:42,Hornos,Norte,Ana Ruiz,Won,Won,"$1,000.00",'
    '5/20/2024,"$1,250.50",5/20/2024,100,3-Propose,US Dollar,1/15/2024 9:30,Vera',
    GUID.format(2) + ',xx=,5/21/2024 7:42,Grúas,Sur,,Lost,Canceled,"$500.00",6/30/2024,,'
    "5/21/2024,0,1-Qualify,US Dollar,2/15/2024 9:30,Vera",
    GUID.format(3) + ',xx=,5/22/2024 7:42,Palas,Norte,Ana Ruiz,Open,In Progress,"$700.00",'
    "9/30/2024,,,60,3-Propose,US Dollar,3/15/2024 9:30,Vera",
)
CONTACTS = (
    "(Do Not Modify) Contact,(Do Not Modify) Row Checksum,(Do Not Modify) Modified On,Full Name,"
    "Email,Company Name,Created On\r\n"
    + GUID.format(7)
    + ",x,5/20/2024 7:42,Ana Ruiz,ana@norte.example,Norte,1/13/2024 8:00\r\n"
)
ACCOUNTS = (
    "(Do Not Modify) Account,(Do Not Modify) Row Checksum,(Do Not Modify) Modified On,"
    "Account Name,Website\r\n" + GUID.format(8) + ",x,5/20/2024 7:42,Norte,norte.example\r\n"
)
FILES = {
    "My Open Opportunities 5-23-2024.csv": ("\ufeff" + "\r\n".join([HEADER, *ROWS, ""])),
    "Contacts.csv": "\ufeff" + CONTACTS,
    "Accounts.csv": "\ufeff" + ACCOUNTS,
}


def test_opportunities_are_read_with_their_labels(tmp_path):
    data = loaded(tmp_path, FILES)
    assert set(systems(data).values()) == {
        "dynamics opportunities", "dynamics contacts", "dynamics accounts",
    }  # fmt: skip
    deals = data.opportunities.set_index("opportunity_id")
    first = deals.loc["dynamics-" + GUID.format(1).lower()]
    assert (first["status"], first["amount"], first["currency"]) == ("won", 1250.5, "USD")
    assert first["created_at"] == pd.Timestamp("2024-01-15 09:30", tz="UTC")
    assert first["closed_at"] == pd.Timestamp("2024-05-20", tz="UTC")
    assert first["precision"] == "day"
    assert first["account_id"] == "dynamics-" + GUID.format(8).lower()
    assert first["lead_id"] == "dynamics-" + GUID.format(7).lower()
    lost = deals.loc["dynamics-" + GUID.format(2).lower()]
    assert (lost["status"], lost["lost_reason"]) == ("lost", "Canceled")


def test_spanish_leads_are_recognised(tmp_path):
    rows = (
        "(No modificar) Cliente potencial,(No modificar) Fecha de modificación,Nombre completo,"
        "Correo electrónico,Razón para el estado,Fecha de creación\r\n"
        "{" + GUID.format(4) + "},31/01/2026 10:00,Ana,ana@norte.example,Nuevo,30/01/2026 09:00\r\n"
    )
    data = loaded(tmp_path, {"Mis clientes potenciales.csv": "\ufeff" + rows})
    lead = data.leads.iloc[0]
    assert lead["lead_id"] == "dynamics-" + GUID.format(4).lower()
    assert lead["created_at"] == pd.Timestamp("2026-01-30 09:00", tz="UTC")


def test_state_codes_of_a_dataverse_extract(tmp_path):
    rows = (
        "opportunityid,name,statecode,estimatedvalue,createdon,actualclosedate\n"
        f"{GUID.format(5)},Hornos,1,10.5,2024-01-01T10:00:00Z,2024-02-01\n"
        f"{GUID.format(6)},Palas,0,20.5,2024-01-01T10:00:00Z,\n"
    )
    data = loaded(tmp_path, {"opportunity.csv": rows})
    assert data.opportunities["status"].astype(str).tolist() == ["won", "open"]


def test_a_spanish_view_with_euros_and_days_first(tmp_path):
    rows = (
        "(No modificar) Oportunidad;(No modificar) Suma de comprobación de fila;"
        "(No modificar) Fecha de modificación;Tema;Fecha de cierre est.;Ingresos est.;Estado;"
        "Razón para el estado;Fecha de cierre real;Ingresos reales;Fecha de creación\r\n"
        f"{GUID.format(1)};x=;20/05/2024 19:42;Hornos;20/05/2024;1.000,00 €;Lograda;Lograda;"
        "20/05/2024;1.250,00 €;15/01/2024 9:30\r\n"
        f"{GUID.format(2)};x=;21/05/2024 7:42;Palas;20/04/2024;500,00 €;Perdida;Cancelada;"
        "21/05/2024;0,00 €;16/01/2024 9:30\r\n"
        f"{GUID.format(3)};x=;21/05/2024 7:42;Grúas;20/12/2024;500,00 €;Abierta;En curso;;;"
        "16/01/2024 9:30\r\n"
    )
    data = loaded(tmp_path, {"Todas.csv": "\ufeff" + rows}, timezone="Europe/Madrid")
    deals = data.opportunities.set_index("opportunity_id").sort_index()
    assert deals["status"].astype(str).tolist() == ["won", "lost", "open"]
    assert deals["amount"].tolist() == [1250, 500, 500]
    assert set(deals["currency"]) == {"EUR"}
    assert deals["closed_at"].iloc[0] == pd.Timestamp("2024-05-19 22:00", tz="UTC")
    assert deals["expected_close_on"].iloc[2] == pd.Timestamp("2024-12-20")
    assert data.stages["is_won"].sum() == 1


def test_a_won_deal_is_not_in_the_stage_it_was_won_from(tmp_path):
    data = loaded(tmp_path, FILES)
    stages = data.stages.set_index("stage")
    assert stages["is_won"].to_dict() == {
        "3-Propose": False, "Closed Won": True, "Closed Lost": False,
    }  # fmt: skip
