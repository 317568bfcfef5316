/* What is known of Spaces from outside their logs: stage, sdk, port, … by Space. Filled by a reader, then only asked. */
#ifndef SIFT_ENGINE_FACTS_H
#define SIFT_ENGINE_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/span.h"
#include "engine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Each fact is a short text in one canonical form, so that conditions compare bytes. "" where it is not known. */
enum sift_fact {
  SIFT_FACT_STAGE,              /* "RUNTIME_ERROR", …: an open set, upper case */
  SIFT_FACT_ERROR_MESSAGE,      /* the platform's own words; may be several lines */
  SIFT_FACT_SDK,                /* "docker", "gradio", …: lower case */
  SIFT_FACT_APP_PORT,           /* decimal, 1 to 65535 */
  SIFT_FACT_HARDWARE,           /* the flavour that it runs on, e.g. "cpu-basic" */
  SIFT_FACT_HARDWARE_REQUESTED, /* the one that was asked for */
  SIFT_FACT_STARTUP_TIMEOUT,    /* decimal seconds */
  SIFT_FACT_COMMIT,             /* that runs: lower-case hex */
  SIFT_FACT_REPO_COMMIT,        /* the newest of the repository */
  SIFT_FACT_ABUSE,              /* "true" or "false" */
  SIFT_FACT_DISABLED,           /* "true" or "false" */
  SIFT_FACTS
};

/* "stage", "error_message", "sdk", "app_port", …: as conditions, reports and facts files call them. */
const char *sift_fact_name(enum sift_fact fact);
bool sift_fact_parse(struct sift_span name, enum sift_fact *out);

enum {
  SIFT_FACT_BYTES_MAX = 256,           /* of a value; a longer one is cut, not inside a UTF-8 character */
  SIFT_FACT_MESSAGE_BYTES_MAX = 16384, /* of an error message */
};

/* The source of evidence from facts. It sorts behind the names of shards, so that at one time it is what came last. */
#define SIFT_FACTS_SOURCE "~facts"

/* All that is known of one Space. */
struct sift_fact_sheet {
  struct sift_span space; /* "owner/name" */
  struct sift_span values[SIFT_FACTS];
  int64_t time_ns; /* when this was so, or SIFT_TIME_NONE */
};

struct sift_facts;
enum sift_status sift_facts_new(struct sift_facts **out);
void sift_facts_free(struct sift_facts *facts);

/* Copies the sheet; its Space has a name, of which SIFT_FACT_BYTES_MAX bytes are taken. Where the Space has one already, the later
 * counts (a dated one counts as later than an undated one; of two with one time, the one added last), whole: sheets are not
 * mixed. *doubled tells so, *contradicts whether some fact that both know differs although the two are of one time, or one of
 * them undated: between two times a Space may change. SIFT_ENOMEM. */
enum sift_status sift_facts_add(struct sift_facts *facts, const struct sift_fact_sheet *sheet, bool *doubled, bool *contradicts);

/* After the last sheet, before the first question: sorts. Once. SIFT_ENOMEM. */
enum sift_status sift_facts_seal(struct sift_facts *facts);

/* Sheet number `index` in byte order of the Spaces' names; borrowed from the facts. Any thread, once sealed. */
size_t sift_facts_count(const struct sift_facts *facts);
void sift_facts_at(const struct sift_facts *facts, size_t index, struct sift_fact_sheet *out);

/* The number of the Space's sheet, or SIZE_MAX where nothing is known of it. Constant time. */
size_t sift_facts_find(const struct sift_facts *facts, struct sift_span space);

#ifdef __cplusplus
}
#endif
#endif
