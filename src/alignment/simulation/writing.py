"""Text of CSV files, column by column, the same on every machine."""

from pathlib import Path

import numpy as np
import pandas as pd


def as_text(column: "pd.Series[str]") -> list[str]:
    """Return a column as a Salesforce Data Export writes it.

    Parameters
    ----------
    column : pandas.Series
        Texts, numbers, booleans or instants; what is missing becomes empty.

    Returns
    -------
    list of str
        Instants as ``YYYY-MM-DD HH:MM:SS``, booleans as 0 and 1.
    """
    if pd.api.types.is_datetime64_any_dtype(column):
        seconds = column.to_numpy().astype("datetime64[s]")
        text = np.char.replace(np.datetime_as_string(seconds), "T", " ")
        return [str(one) for one in np.where(np.isnat(seconds), "", text)]
    if pd.api.types.is_bool_dtype(column):
        return ["1" if one else "0" for one in column]
    if pd.api.types.is_float_dtype(column):
        return ["" if one != one else repr(round(float(one), 2)) for one in column]
    return [str(one) for one in column]


def quoted(table: pd.DataFrame) -> str:
    """Return a table as CSV with every field quoted and LF line ends.

    Parameters
    ----------
    table : pandas.DataFrame
        Its column names make the header.

    Returns
    -------
    str
        The whole file.
    """
    columns = [
        ['"' + text.replace('"', '""') + '"' for text in as_text(table[name])] for name in table
    ]
    header = ",".join('"' + str(name).replace('"', '""') + '"' for name in table)
    lines = [header, *(",".join(row) for row in zip(*columns, strict=True))]
    return "\n".join(lines) + "\n"


def minimal(row: list[str], separator: str = ",") -> str:
    """Return a line of CSV in which only fields that need it are quoted.

    Parameters
    ----------
    row : list of str
        The fields.
    separator : str, default ","
        What stands between them.

    Returns
    -------
    str
        The line, without its end.
    """
    return separator.join(
        '"' + field.replace('"', '""') + '"'
        if any(mark in field for mark in (separator, '"', "\n"))
        else field
        for field in row
    )


def write_text(path: Path, text: str, encoding: str = "utf-8") -> None:
    """Write a text with its line ends as they are, and make its folder.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    text : str
        Its content.
    encoding : str, default "utf-8"
        Its encoding.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))
