/* What people and the Hub write for a fact → its one canonical form, in place. Internal to the reader of facts. */
#ifndef SIFT_INGEST_FACT_VALUES_H
#define SIFT_INGEST_FACT_VALUES_H

#include "ingest/json_records.h"

#ifdef __cplusplus
extern "C" {
#endif

/* `text` is a string's decoded text, or the token of another kind, with 32 writable bytes from its beginning at the least. Each
 * returns false, and may have changed the text, where it is none of its kind. */
bool sift_fact_value_upper(enum sift_json_kind kind, char *text, size_t *len);    /* a stage */
bool sift_fact_value_lower(enum sift_json_kind kind, char *text, size_t *len);    /* an sdk, a flavour */
bool sift_fact_value_any(enum sift_json_kind kind, char *text, size_t *len);      /* any string */
bool sift_fact_value_port(enum sift_json_kind kind, char *text, size_t *len);     /* 7860, "7860" */
bool sift_fact_value_duration(enum sift_json_kind kind, char *text, size_t *len); /* "1h30m", "90s", "1 day", 1800 → seconds */
bool sift_fact_value_commit(enum sift_json_kind kind, char *text, size_t *len);   /* 4 to 64 hexadecimal digits */
bool sift_fact_value_flag(enum sift_json_kind kind, char *text, size_t *len);     /* true, "true", 1 */
bool sift_fact_value_abuse(enum sift_json_kind kind, char *text, size_t *len);    /* or an object, which means true */
bool sift_fact_value_space(enum sift_json_kind kind, char *text, size_t *len);    /* "owner/name", also behind "spaces/" */

enum { SIFT_FACT_VALUE_ROOM = 32 };

#ifdef __cplusplus
}
#endif
#endif
