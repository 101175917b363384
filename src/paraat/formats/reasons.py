"""Why an input row could not be read."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """The reasons of quarantine; the value is stored, the sentence shown is in `SENTENCES`."""

    FIELDS = "fields"
    ADDRESS = "address"
    HOST = "host"
    NOBODY = "nobody"
    TIME = "time"
    PORT = "port"
    ASN = "asn"
    ENCODING = "encoding"
    SHAPE = "shape"
    TOO_LONG = "too_long"
    AMBIGUOUS = "ambiguous"


SENTENCES: dict[Reason, str] = {
    Reason.FIELDS: "The number of fields is not that of the header.",
    Reason.ADDRESS: "The IP address is not one.",
    Reason.HOST: "The host name is not one.",
    Reason.NOBODY: "It names no host, address, network number or mail address.",
    Reason.TIME: "The time cannot be read.",
    Reason.PORT: "The port is not a number from 0 to 65535.",
    Reason.ASN: "The AS number is not one.",
    Reason.ENCODING: "The text is not UTF-8.",
    Reason.SHAPE: "It is not built as this format says.",
    Reason.TOO_LONG: "The row is longer than is allowed.",
    Reason.AMBIGUOUS: "A host name, or a sentence that ends without a space: a person must tell.",
}
