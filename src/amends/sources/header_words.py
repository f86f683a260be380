"""Words that headers and type columns use, in English, German, French, Spanish, Polish, Swedish.

Written bare: lower case, no accents, words parted by one space. The earlier a word stands, the
surer it is.
"""

from __future__ import annotations

HEADER_WORDS: dict[str, tuple[str, ...]] = {
    "amount_minor": ("amount minor", "amount cents", "minor units"),
    "gross": ("gross", "gross amount", "brutto", "bruttobetrag", "montant brut", "brut",
              "importe bruto", "bruto", "kwota brutto", "bruttobelopp"),
    "fee": ("fee", "fees", "commission", "gebuhr", "gebuhren", "entgelt", "provision", "frais",
            "comision", "prowizja", "oplata", "avgift"),
    "net": ("net", "net amount", "netto", "nettobetrag", "montant net", "importe neto", "neto",
            "kwota netto", "nettobelopp"),
    "credit": ("credit", "credit amount", "money in", "paid in", "deposit", "deposits", "haben",
               "gutschrift", "eingang", "haber", "abono", "ingreso", "uznanie", "uznania", "wplywy",
               "wplyw", "insattning", "kredit"),
    "debit": ("debit", "debit amount", "money out", "paid out", "withdrawal", "withdrawals", "soll",
              "lastschrift", "ausgang", "debe", "cargo", "adeudo", "obciazenie", "obciazenia",
              "wydatki", "uttag", "debet"),
    "amount": ("amount", "transaction amount", "betrag", "umsatz", "montant", "importe", "monto",
               "kwota", "kwota transakcji", "kwota operacji", "belopp", "summa", "value", "sum",
               "total"),
    "value_on": ("value date", "value on", "valuta", "valutadatum", "wertstellung",
                 "date de valeur", "date valeur", "fecha valor", "data waluty", "valutadag",
                 "valutadatum", "rantedag"),
    "booked_on": ("booking date", "booked on", "settled date", "settlement date", "posting date",
                  "buchungstag", "buchungsdatum", "date d operation", "date operation",
                  "date comptable", "fecha operacion", "fecha contable", "fecha de operacion",
                  "data ksiegowania", "data operacji", "data transakcji", "bokforingsdag",
                  "bokforingsdatum", "transaktionsdag", "date modified", "transaction date",
                  "booked at", "date", "datum", "fecha", "data", "day"),
    "at": ("created at", "booked at", "timestamp", "date created", "time", "zeitpunkt",
           "horodatage", "fecha y hora", "tidpunkt", "created"),
    "currency": ("currency", "ccy", "wahrung", "waehrung", "devise", "moneda", "divisa", "waluta",
                 "valuta", "currency code"),
    "kind": ("type", "transaction type", "kind", "typ", "art", "umsatzart", "buchungstext",
             "type d operation", "tipo", "tipo de operacion", "rodzaj", "typ operacji",
             "typ transakcji", "transaktionstyp"),
    "counterparty_account": ("counterparty iban", "counterparty account", "iban",
                             "kontonummer iban", "gegenkonto", "compte contrepartie",
                             "cuenta contrapartida", "rachunek kontrahenta", "numer rachunku",
                             "motkonto"),
    "counterparty": ("counterparty", "name", "payee", "payer", "beneficiary", "auftraggeber",
                     "empfanger", "beguenstigter zahlungspflichtiger", "zahlungspflichtiger",
                     "beneficiaire", "contrepartie", "beneficiario", "ordenante", "kontrahent",
                     "nadawca odbiorca", "odbiorca", "mottagare", "motpart", "namn"),
    "account": ("account", "account number", "konto", "auftragskonto", "compte", "cuenta",
                "rachunek", "kontonummer"),
    "text": ("remittance", "remittance information", "description", "narrative", "details", "note",
             "memo", "purpose", "verwendungszweck", "beschreibung", "libelle", "motif", "concepto",
             "descripcion", "tytul", "tytul operacji", "opis", "opis operacji", "beskrivning",
             "text", "meddelande"),
    "code": ("response code", "reason code", "return code", "decline code", "antwortcode",
             "code retour", "codigo de respuesta", "kod odpowiedzi", "svarskod"),
    "code_scheme": ("code scheme",),
}

REFERENCE_WORDS: dict[str, tuple[str, ...]] = {
    "order": ("order reference", "order id", "merchant reference", "order", "order number",
              "order no", "bestellnummer", "auftragsnummer", "numero de commande", "commande",
              "pedido", "numero de pedido", "numer zamowienia", "zamowienie", "ordernummer",
              "order identity"),
    "payment": ("payment id", "payment reference", "charge id", "psp reference", "zahlungs id",
                "id paiement", "id pago", "id platnosci", "betalnings id", "referenced transaction",
                "referenced transaction number"),
    "payout": ("payout id", "payout", "payout reference", "auszahlung", "versement", "liquidacion",
               "wyplata", "utbetalning"),
    "transaction": ("transaction id", "transaction number", "transaction no", "ledger id",
                    "event id", "line id", "bank line id", "balance transaction id",
                    "transaktions id", "id transaction", "id transaccion", "id transakcji",
                    "transaktionsnummer", "payex transaction no", "transaction identity", "id"),
    "end_to_end": ("end to end id", "end to end", "end to end reference", "kundenreferenz"),
    "mandate": ("mandate", "mandate id", "mandatsreferenz", "mandat", "mandato", "mandatsreferens"),
    "arn": ("arn", "acquirer reference number", "acquirer reference"),
    "rrn": ("rrn", "retrieval reference number", "retrieval reference"),
    "invoice": ("invoice", "invoice number", "invoice no", "rechnungsnummer", "facture",
                "numero de facture", "factura", "numer faktury", "faktura", "fakturanummer"),
    "customer": ("customer id", "customer", "kundennummer", "kunden id", "id client", "id cliente",
                 "id klienta", "kund id", "kundnummer"),
    "device": ("device id", "device"),
    "card": ("card number", "pan", "card", "kartennummer", "numero de carte", "numero de tarjeta",
             "numer karty", "kortnummer"),
    "last4": ("last4", "last 4", "last four"),
    "method": ("method", "payment method", "card brand", "brand", "zahlart", "moyen de paiement",
               "metodo de pago", "metoda platnosci", "betalningssatt"),
    "settlement": ("settlement id", "batch number", "payex batch number", "payex batch no"),
    "case": ("case id", "dispute id", "case"),
}

# "payment" stands for what an incoming line is on its side: order, capture, settlement or bank.
KIND_WORDS: dict[str, str] = {
    word: kind
    for kind, words in {
        "payment": "payment|charge|sale|order|purchase|zahlung|verkauf|paiement|vente|pago|venta|"
                   "platnosc|sprzedaz|betalning|kop|forsaljning",
        "capture": "capture|captured",
        "settlement": "settlement|settled|clearing",
        "authorization": "authorization|authorisation|auth|autorisierung|autorisation|autorizacion|"
                         "autoryzacja|auktorisering",
        "decline": "decline|declined|abgelehnt|refuse|rechazado|odrzucona|nekad",
        "refund": "refund|refunded|credit note|erstattung|ruckerstattung|gutschrift|remboursement|"
                  "reembolso|devolucion|zwrot|aterbetalning|aterkop",
        "chargeback": "chargeback|dispute|ruckbelastung|ruckbuchung|retrofacturation|contracargo|"
                      "obciazenie zwrotne|reklamation",
        "representment": "representment|chargeback reversal|dispute reversal",
        "adjustment": "adjustment|correction|korrektur|ajustement|ajuste|korekta|justering",
        "fee": "fee|gebuhr|frais|comision|oplata|prowizja|avgift",
        "payout": "payout|transfer to bank|auszahlung|versement|abono|wyplata|utbetalning",
        "cancellation": "cancellation|cancelled|canceled|void|storno|stornierung|annulation|"
                        "cancelacion|anulacja|annullering",
        "return": "return|returned|retoure|rejet|retour|retorno|retur",
        "transfer": "transfer|uberweisung|virement|transferencia|przelew|overforing",
    }.items()
    for word in words.split("|")
}
