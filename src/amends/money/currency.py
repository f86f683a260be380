"""Currencies and the number of their minor digits (ISO 4217:2015, list one, 2026)."""

from __future__ import annotations

from amends.problems import AmendsError, Problem

# Every active code with the digits of its minor unit; all that are not named here have two.
_ZERO = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_FOUR = "CLF UYW"
_TWO = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD"
    " CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL"
    " GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR"
    " LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD"
    " PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC"
    " SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW"
    " ZWG ANG CUC HRK SLL ZWL DEM FRF ITL ESP NLG BEF ATS"  # retired, still met in files
)
_EXPONENTS = (
    dict.fromkeys(_TWO.split(), 2)
    | dict.fromkeys(_ZERO.split(), 0)
    | dict.fromkeys(_THREE.split(), 3)
    | dict.fromkeys(_FOUR.split(), 4)
)


def is_currency(code: str) -> bool:
    """Whether ``code`` is a currency that Amends knows."""
    return code in _EXPONENTS


def exponent(code: str) -> int:
    """How many minor digits ``code`` has; raises AmendsError for a code that is not ISO 4217."""
    try:
        return _EXPONENTS[code]
    except KeyError:
        raise AmendsError(
            Problem("error", f"{code!r} is not a currency.", "Use the ISO 4217 code, such as EUR.")
        ) from None
