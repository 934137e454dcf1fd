"""The currencies that amounts may be in, by code, sign and word."""

import re

_CODES = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN
    BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL
    GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF
    KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN
    MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD
    SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH
    UGX USD UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG
"""
CODES = frozenset(_CODES.split())
_DOLLARS = "USD AUD CAD NZD SGD HKD TWD MXN CLP COP ARS"
_SIGNS = {
    sign: frozenset(codes.split())
    for signs, codes in {
        "£ gbp pound pounds sterling": "GBP", "€ eur euro euros": "EUR", "us$ usd": "USD",
        "$ dollar dollars": "USD AUD CAD NZD SGD HKD TWD MXN CLP COP ARS", "a$ au$": "AUD",
        "c$ ca$": "CAD", "nz$": "NZD", "hk$": "HKD", "s$": "SGD", "r$": "BRL", "¥": "JPY CNY",
        "yen": "JPY", "yuan": "CNY", "₹ rs rs. rupee rupees": "INR", "zł": "PLN", "kč": "CZK",
        "kr kr.": "SEK NOK DKK ISK", "fr fr. sfr franc francs": "CHF", "ft": "HUF", "lei": "RON",
        "₩": "KRW", "₺ tl": "TRY", "₽": "RUB", "₪": "ILS", "₫": "VND", "฿": "THB", "₦": "NGN",
        "₴": "UAH", "₱": "PHP", "r": "ZAR", "rm": "MYR",
    }.items()
    for sign in signs.split()
}  # fmt: skip


def is_currency(token: str) -> bool:
    """Whether a token beside digits is a code, a sign or a word for a currency."""
    return token in CODES or token.lower() in _SIGNS


def may_be(token: str, ours: str) -> bool:
    """Whether a code, sign or word may be that of our currency, itself one of them."""
    return bool(_meant(token) & _meant(ours))


def named_in(text: str) -> str:
    """The currency that a text names, as a code where there is but one; or nothing.

    So do EUR, "€", "Euro", "USD - US Dollar" and "US dollars".
    """
    whole = text.strip()
    words = re.findall(r"[^\W\d_]+|[^\w\s]", text)  # All amounts in EUR: not of Albania
    found = whole if is_currency(whole.upper()) else next(filter(is_currency, words), "")
    meant = _meant(found)
    return next(iter(meant)) if len(meant) == 1 else found


def _meant(token: str) -> frozenset[str]:
    return _SIGNS.get(token.lower(), frozenset({token.upper()} - {""}))
