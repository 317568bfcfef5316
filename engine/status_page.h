/* What the platform says of itself on its status page: components with their states, and reports of incidents. Filled by a
 * reader, then only asked. */
#ifndef SIFT_ENGINE_STATUS_PAGE_H
#define SIFT_ENGINE_STATUS_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/span.h"
#include "engine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* From best to worst; a state that is not known by name counts as UNKNOWN. */
enum sift_component_state {
  SIFT_COMPONENT_UNKNOWN,
  SIFT_COMPONENT_NOT_MONITORED,
  SIFT_COMPONENT_OPERATIONAL,
  SIFT_COMPONENT_RESOLVED,
  SIFT_COMPONENT_MAINTENANCE,
  SIFT_COMPONENT_DEGRADED,
  SIFT_COMPONENT_DOWNTIME,
  SIFT_COMPONENT_STATES
};

/* "unknown", "not_monitored", "operational", …: as the page and conditions call them. */
const char *sift_component_state_name(enum sift_component_state state);
enum sift_component_state sift_component_state_parse(struct sift_span name); /* UNKNOWN for any other */

struct sift_component {
  const char *name; /* "Spaces", "Spaces Proxy", … */
  enum sift_component_state state;
};

/* A report that people wrote. */
struct sift_status_report {
  const char *title;
  enum sift_component_state state;
  int64_t starts_ns, ends_ns; /* SIFT_TIME_NONE where not known, or not yet */
};

enum {
  SIFT_COMPONENTS_MAX = 1024, /* the rest is not taken */
  SIFT_STATUS_REPORTS_MAX = 4096,
};

/* Owns copies of all texts. */
struct sift_status_page;
enum sift_status sift_status_page_new(struct sift_status_page **out);
void sift_status_page_free(struct sift_status_page *page);

/* Copy what they are given; SIFT_ENOMEM, or SIFT_ELIMIT past the most that is taken. */
enum sift_status sift_status_page_add_component(struct sift_status_page *page, struct sift_span name,
                                                enum sift_component_state state);
enum sift_status sift_status_page_add_report(struct sift_status_page *page, struct sift_span title, enum sift_component_state state,
                                             int64_t starts_ns, int64_t ends_ns);

/* The component of that name (exactly, but for the case of ASCII letters), or NULL; of doubles the worse one. */
const struct sift_component *sift_status_page_component(const struct sift_status_page *page, struct sift_span name);

/* The worst report that is open at `now_ns` (begun, or without a begin; not ended, not resolved) and whose title names
 * `word` as a whole word, whatever its case; or NULL. `now_ns` SIFT_TIME_NONE: open is what has no end and is not resolved. Of
 * two that are alike bad, the one added first. */
const struct sift_status_report *sift_status_page_report(const struct sift_status_page *page, struct sift_span word,
                                                         int64_t now_ns);

#ifdef __cplusplus
}
#endif
#endif
