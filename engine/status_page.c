#include "engine/status_page.h"

#include <assert.h>
#include <stdlib.h>

#include "engine/arena.h"
#include "engine/space.h"

static const char *const NAMES[] = {
    [SIFT_COMPONENT_UNKNOWN] = "unknown",         [SIFT_COMPONENT_NOT_MONITORED] = "not_monitored",
    [SIFT_COMPONENT_OPERATIONAL] = "operational", [SIFT_COMPONENT_RESOLVED] = "resolved",
    [SIFT_COMPONENT_MAINTENANCE] = "maintenance", [SIFT_COMPONENT_DEGRADED] = "degraded",
    [SIFT_COMPONENT_DOWNTIME] = "downtime",
};
static_assert(sizeof NAMES / sizeof NAMES[0] == SIFT_COMPONENT_STATES, "every state has a name");

struct sift_status_page {
  struct sift_arena arena;
  struct sift_component *components;
  struct sift_status_report *reports;
  size_t component_count, report_count;
  size_t component_capacity, report_capacity;
};

const char *sift_component_state_name(enum sift_component_state state) {
  assert(state < SIFT_COMPONENT_STATES);
  return NAMES[state];
}

static char lower(char c) {
  return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool equal_but_for_case(const char *a, const char *b, size_t len) {
  for (size_t i = 0; i < len; i++) {
    if (lower(a[i]) != lower(b[i])) {
      return false;
    }
  }
  return true;
}

enum sift_component_state sift_component_state_parse(struct sift_span name) {
  for (unsigned i = 0; i < SIFT_COMPONENT_STATES; i++) {
    if (sift_span_equal(name, sift_span_of(NAMES[i]))) {
      return (enum sift_component_state)i;
    }
  }
  return SIFT_COMPONENT_UNKNOWN;
}

enum sift_status sift_status_page_new(struct sift_status_page **out) {
  *out = calloc(1, sizeof **out);
  if (*out == NULL) {
    return SIFT_ENOMEM;
  }
  sift_arena_init(&(*out)->arena);
  return SIFT_OK;
}

void sift_status_page_free(struct sift_status_page *page) {
  if (page != NULL) {
    sift_arena_release(&page->arena);
    free(page->components);
    free(page->reports);
    free(page);
  }
}

/* Room for one item more in a list; false when memory is out. */
static bool reserve(void **items, size_t *capacity, size_t count, size_t item_size) {
  if (count < *capacity) {
    return true;
  }
  size_t wanted = *capacity == 0 ? 16 : *capacity * 2;
  void *grown = realloc(*items, wanted * item_size);
  if (grown == NULL) {
    return false;
  }
  *items = grown;
  *capacity = wanted;
  return true;
}

enum sift_status sift_status_page_add_component(struct sift_status_page *page, struct sift_span name,
                                                enum sift_component_state state) {
  if (page->component_count >= SIFT_COMPONENTS_MAX) {
    return SIFT_ELIMIT;
  }
  void *items = page->components;
  bool room = reserve(&items, &page->component_capacity, page->component_count, sizeof *page->components);
  page->components = items;
  const char *copy = room ? sift_arena_copy(&page->arena, name) : NULL;
  if (copy == NULL) {
    return SIFT_ENOMEM;
  }
  page->components[page->component_count++] = (struct sift_component){copy, state};
  return SIFT_OK;
}

enum sift_status sift_status_page_add_report(struct sift_status_page *page, struct sift_span title, enum sift_component_state state,
                                             int64_t starts_ns, int64_t ends_ns) {
  if (page->report_count >= SIFT_STATUS_REPORTS_MAX) {
    return SIFT_ELIMIT;
  }
  void *items = page->reports;
  bool room = reserve(&items, &page->report_capacity, page->report_count, sizeof *page->reports);
  page->reports = items;
  const char *copy = room ? sift_arena_copy(&page->arena, title) : NULL;
  if (copy == NULL) {
    return SIFT_ENOMEM;
  }
  page->reports[page->report_count++] = (struct sift_status_report){copy, state, starts_ns, ends_ns};
  return SIFT_OK;
}

const struct sift_component *sift_status_page_component(const struct sift_status_page *page, struct sift_span name) {
  const struct sift_component *found = NULL;
  for (size_t i = 0; i < page->component_count; i++) {
    const struct sift_component *component = &page->components[i];
    bool same = strlen(component->name) == name.len && equal_but_for_case(component->name, name.data, name.len);
    if (same && (found == NULL || component->state > found->state)) {
      found = component;
    }
  }
  return found;
}

static bool is_open(const struct sift_status_report *report, int64_t now_ns) {
  if (report->state == SIFT_COMPONENT_RESOLVED) {
    return false;
  }
  if (now_ns == SIFT_TIME_NONE) {
    return report->ends_ns == SIFT_TIME_NONE;
  }
  return report->starts_ns <= now_ns && (report->ends_ns == SIFT_TIME_NONE || report->ends_ns > now_ns);
}

/* Letters of other scripts too: all bytes of theirs. */
static bool is_word_byte(char c) {
  return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '_' || (unsigned char)c >= 0x80;
}

static bool names_word(struct sift_span text, struct sift_span word) {
  if (word.len == 0 || word.len > text.len) {
    return false;
  }
  for (size_t at = 0; at <= text.len - word.len; at++) {
    size_t end = at + word.len;
    bool whole = (at == 0 || !is_word_byte(text.data[at - 1])) && (end == text.len || !is_word_byte(text.data[end]));
    if (whole && equal_but_for_case(text.data + at, word.data, word.len)) {
      return true;
    }
  }
  return false;
}

const struct sift_status_report *sift_status_page_report(const struct sift_status_page *page, struct sift_span word,
                                                         int64_t now_ns) {
  const struct sift_status_report *worst = NULL;
  for (size_t i = 0; i < page->report_count; i++) {
    const struct sift_status_report *report = &page->reports[i];
    bool worse = worst == NULL || report->state > worst->state;
    if (worse && is_open(report, now_ns) && names_word(sift_span_of(report->title), word)) {
      worst = report;
    }
  }
  return worst;
}
