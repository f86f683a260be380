"""The rule books that Amends counts by, one file each: ``REGIMES`` by key."""

from __future__ import annotations

from amends.clocks.regimes import (
    amex,
    eu_psd2,
    gdpr_dsar,
    mastercard,
    record_retention,
    sepa_dd,
    uk_app_fraud,
    uk_disp,
    uk_psr,
    us_cfpb_portal,
    us_nacha,
    us_reg_e,
    us_reg_e_liability,
    us_reg_f,
    us_reg_z_billing_error,
    us_remittance,
    us_ucc_4a,
    visa,
)
from amends.clocks.rulebook import Regime

_BOOKS = (
    us_reg_e, us_reg_e_liability, us_reg_z_billing_error, us_remittance, us_cfpb_portal, us_reg_f,
    us_nacha, us_ucc_4a, uk_disp, uk_psr, uk_app_fraud, eu_psd2, sepa_dd, visa, mastercard, amex,
    gdpr_dsar, record_retention,
)
REGIMES: dict[str, Regime] = {book.REGIME.key: book.REGIME for book in _BOOKS}
