"""Domains of mailboxes that anybody can have: they say nothing about the company."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

# Providers with a domain in most countries: yahoo.com, yahoo.com.mx, yahoo.es, yahoo.co.uk …
_FAMILIES = ("gmail", "googlemail", "gmx", "hotmail", "live", "outlook", "terra", "yahoo", "ymail")
_FAMILY = rf"(?:{'|'.join(_FAMILIES)})\.(?:com|net|co|[a-z]{{2}})(?:\.[a-z]{{2}})?"

FREE_MAIL = frozenset(
    {
        # worldwide
        *("aol.com", "aim.com", "duck.com", "email.com", "fastmail.com", "fastmail.fm", "hey.com"),
        *("hushmail.com", "icloud.com", "inbox.com", "lycos.com", "mac.com", "mail.com", "me.com"),
        *("msn.com", "passport.com", "pm.me", "proton.me", "protonmail.ch", "protonmail.com"),
        *("rocketmail.com", "tuta.com", "tuta.io", "tutanota.com", "usa.net", "windowslive.com"),
        *("yandex.com", "zoho.com", "zohomail.com"),
        # Spain
        *("correo.com", "euskalnet.net", "euskaltel.net", "jazztel.es", "mixmail.com"),
        *("movistar.es", "mundo-r.com", "ono.com", "orange.es", "tele2.es", "telecable.es"),
        *("telefonica.net", "telepolis.com", "vodafone.es", "wanadoo.es", "ya.com"),
        # Mexico and Central America
        *("axtel.net", "cablevision.net.mx", "infinitummail.com", "megared.net.mx"),
        *("prodigy.net.mx", "prodigymovil.com", "racsa.co.cr", "telmex.com.mx", "turbonett.com"),
        # South America
        *("adinet.com.uy", "arnet.com.ar", "bol.com.br", "cantv.net", "ciudad.com.ar", "entel.bo"),
        *("entelchile.net", "etb.net.co", "fibertel.com.ar", "globo.com", "globomail.com"),
        *("ig.com.br", "intercable.net.ve", "montevideo.com.uy", "netuno.net", "oi.com.br"),
        *("punto.net.ec", "r7.com", "speedy.com.ar", "telesat.com.co", "tigo.com.py"),
        *("tutopia.com", "une.net.co", "uol.com.br", "vtr.net", "zipmail.com.br"),
        *("latinmail.com", "starmedia.com"),
        # North America
        *("att.net", "bell.net", "bellsouth.net", "charter.net", "comcast.net", "cox.net"),
        *("earthlink.net", "juno.com", "optonline.net", "rogers.com", "sbcglobal.net", "shaw.ca"),
        *("sympatico.ca", "telus.net", "verizon.net", "videotron.ca"),
        # Europe
        *("alice.it", "arcor.de", "blueyonder.co.uk", "bluewin.ch", "btinternet.com", "clix.pt"),
        *("free.fr", "freenet.de", "laposte.net", "libero.it", "neuf.fr", "ntlworld.com"),
        *("online.no", "orange.fr", "sapo.pt", "seznam.cz", "sfr.fr", "sky.com", "skynet.be"),
        *("t-online.de", "talktalk.net", "telenet.be", "tin.it", "tiscali.it", "virgilio.it"),
        *("virginmedia.com", "wanadoo.fr", "web.de", "wp.pl", "ziggo.nl"),
        # Asia
        *("126.com", "163.com", "bk.ru", "daum.net", "foxmail.com", "hanmail.net", "inbox.ru"),
        *("list.ru", "mail.ru", "naver.com", "qq.com", "rediffmail.com", "sina.com", "yandex.ru"),
        # for one use
        *("10minutemail.com", "guerrillamail.com", "mailinator.com", "sharklasers.com"),
        *("temp-mail.org", "trashmail.com", "yopmail.com"),
    }
)


def is_free_mail(domains: pd.Series, more: Iterable[str] = ()) -> pd.Series:
    """Tell which domains belong to a provider of mailboxes rather than to a company.

    Parameters
    ----------
    domains : Series of str
        Domains in lower case; a missing one belongs to nobody.
    more : iterable of str
        Domains that the user counts among them.
    """
    listed = domains.isin(FREE_MAIL | frozenset(more))
    family = domains.str.fullmatch(_FAMILY).fillna(False)
    return (listed | family.astype(bool)).astype(bool)
