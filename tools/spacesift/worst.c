#include "tools/spacesift/worst.h"

#include <stdlib.h>
#include <string.h>

#include "tools/spacesift/evidence_text.h"

enum { NAME_COLUMNS_MAX = 48, CAPACITY_MIN = 16 };

struct entry {
  bool explained; /* by an incident: its Spaces come after those with troubles of their own */
  enum sift_severity severity;
  enum sift_confidence confidence;
  int64_t time_ns;       /* of the proof */
  struct sift_span name; /* in `kept` once the entry is in the heap */
  char *kept;
  struct sift_text verdict, body;
};

struct sift_worst {
  const struct sift_ruleset *ruleset;
  struct entry *entries; /* a heap, the least bad at its top */
  size_t count, capacity, top;
  uint64_t seen;
  unsigned width;
  bool colour;
};

enum sift_status sift_worst_new(struct sift_worst **out, const struct sift_ruleset *ruleset, size_t top, unsigned width,
                                bool colour) {
  *out = calloc(1, sizeof **out);
  if (*out == NULL) {
    return SIFT_ENOMEM;
  }
  **out = (struct sift_worst){.ruleset = ruleset, .top = top, .width = width, .colour = colour};
  return SIFT_OK;
}

static void release_entry(struct entry *entry) {
  free(entry->kept);
  sift_text_release(&entry->verdict);
  sift_text_release(&entry->body);
}

void sift_worst_free(struct sift_worst *worst) {
  if (worst == NULL) {
    return;
  }
  for (size_t i = 0; i < worst->count; i++) {
    release_entry(&worst->entries[i]);
  }
  free(worst->entries);
  free(worst);
}

/* < 0 where `a` is worse: it needs someone of its own, is more severe, surer, later; then by name. */
static int compare(const struct entry *a, const struct entry *b) {
  if (a->explained != b->explained) {
    return a->explained ? 1 : -1;
  }
  if (a->severity != b->severity) {
    return a->severity > b->severity ? -1 : 1;
  }
  if (a->confidence != b->confidence) {
    return a->confidence > b->confidence ? -1 : 1;
  }
  if (a->time_ns != b->time_ns) {
    return a->time_ns > b->time_ns ? -1 : 1;
  }
  return sift_span_compare(a->name, b->name);
}

static int compare_entries(const void *a, const void *b) {
  return compare(a, b);
}

static void swap(struct entry *a, struct entry *b) {
  struct entry kept = *a;
  *a = *b;
  *b = kept;
}

static void move_up(struct sift_worst *worst, size_t at) {
  while (at > 0 && compare(&worst->entries[at], &worst->entries[(at - 1) / 2]) > 0) {
    swap(&worst->entries[at], &worst->entries[(at - 1) / 2]);
    at = (at - 1) / 2;
  }
}

static void move_down(struct sift_worst *worst, size_t at) {
  for (;;) {
    size_t least = at;
    for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < worst->count; child++) {
      least = compare(&worst->entries[child], &worst->entries[least]) > 0 ? child : least;
    }
    if (least == at) {
      return;
    }
    swap(&worst->entries[at], &worst->entries[least]);
    at = least;
  }
}

static void put_also(struct sift_text *text, const struct sift_worst *worst, const struct sift_verdict *verdict) {
  uint32_t classes[SIFT_PROOFS_MAX];
  size_t count = sift_verdict_also(classes, worst->ruleset, verdict);
  if (count == 0) {
    return;
  }
  sift_text_label(text, "also");
  for (size_t i = 0; i < count; i++) {
    sift_text_format(text, "%s%s", i > 0 ? ", " : "", worst->ruleset->classes[classes[i]].id);
  }
  sift_text_put(text, "\n");
}

static void put_body(struct sift_text *text, const struct sift_worst *worst, const struct sift_verdict *verdict) {
  char words[SIFT_WORDS_BYTES_MAX];
  sift_verdict_title(words, sizeof words, worst->ruleset, verdict);
  sift_text_line(text, "what", sift_span_of(words), worst->width);
  if (verdict->proof != NULL) {
    sift_text_evidence(text, "proof", verdict->proof, worst->width);
  }
  if (sift_verdict_action(words, sizeof words, worst->ruleset, verdict, 0)) {
    sift_text_line(text, "next", sift_span_of(words), worst->width);
  }
  put_also(text, worst, verdict);
}

/* Only what is kept is put into words. */
static enum sift_status write_entry(const struct sift_worst *worst, struct entry *entry, const struct sift_verdict *verdict) {
  entry->kept = malloc(entry->name.len + 1);
  if (entry->kept == NULL) {
    return SIFT_ENOMEM;
  }
  memcpy(entry->kept, entry->name.data, entry->name.len);
  entry->name.data = entry->kept;
  sift_text_init(&entry->verdict, worst->colour);
  sift_text_init(&entry->body, worst->colour);
  sift_text_verdict(&entry->verdict, verdict);
  put_body(&entry->body, worst, verdict);
  if (entry->verdict.failed || entry->body.failed) {
    release_entry(entry);
    return SIFT_ENOMEM;
  }
  return SIFT_OK;
}

static enum sift_status reserve(struct sift_worst *worst) {
  if (worst->count < worst->capacity) {
    return SIFT_OK;
  }
  size_t capacity = worst->capacity == 0 ? CAPACITY_MIN : worst->capacity * 2;
  struct entry *entries = realloc(worst->entries, capacity * sizeof *entries);
  if (entries == NULL) {
    return SIFT_ENOMEM;
  }
  worst->entries = entries;
  worst->capacity = capacity;
  return SIFT_OK;
}

static bool is_of(const struct sift_ruleset *ruleset, uint32_t rule, struct sift_series series) {
  return series.rule == rule || (series.rule == SIFT_RULE_NONE && ruleset->rules[rule].class_index == series.class_index);
}

enum sift_status sift_worst_add(struct sift_worst *worst, const struct sift_space *space, const struct sift_verdict *verdict) {
  if (verdict->severity < SIFT_ERROR) {
    return SIFT_OK;
  }
  worst->seen++;
  const struct sift_incident *incident = verdict->incident;
  const struct sift_evidence *proof = verdict->proof;
  struct entry entry = {
      .explained = incident != NULL && proof != NULL && is_of(worst->ruleset, proof->rule, incident->series),
      .severity = verdict->severity,
      .confidence = verdict->confidence,
      .time_ns = proof != NULL ? proof->last.time_ns : SIFT_TIME_NONE,
      .name = space->name,
  };
  bool full = worst->count >= worst->top;
  if (full && (worst->count == 0 || compare(&entry, &worst->entries[0]) >= 0)) {
    return SIFT_OK;
  }
  enum sift_status status = full ? SIFT_OK : reserve(worst);
  status = status == SIFT_OK ? write_entry(worst, &entry, verdict) : status;
  if (status != SIFT_OK) {
    return status;
  }
  if (full) {
    release_entry(&worst->entries[0]);
    worst->entries[0] = entry;
    move_down(worst, 0);
  } else {
    worst->entries[worst->count++] = entry;
    move_up(worst, worst->count - 1);
  }
  return SIFT_OK;
}

uint64_t sift_worst_count(const struct sift_worst *worst) {
  return worst->seen;
}

static size_t name_columns(const struct sift_worst *worst) {
  size_t columns = 0;
  for (size_t i = 0; i < worst->count; i++) {
    columns = worst->entries[i].name.len > columns ? worst->entries[i].name.len : columns;
  }
  return columns < NAME_COLUMNS_MAX ? columns : NAME_COLUMNS_MAX;
}

static void put_text(struct sift_text *out, const struct sift_text *text) {
  sift_text_append(out, sift_span(text->bytes, text->len));
}

void sift_worst_write(struct sift_worst *worst, struct sift_text *out) {
  if (worst->count > 0) {
    qsort(worst->entries, worst->count, sizeof worst->entries[0], compare_entries);
  }
  size_t columns = name_columns(worst);
  for (size_t i = 0; i < worst->count; i++) {
    const struct entry *entry = &worst->entries[i];
    sift_text_put(out, i > 0 ? "\n  " : "  ");
    sift_text_style(out, SIFT_STYLE_BOLD);
    /* Longer names than the column are shown whole, out of line: they are what people copy. */
    size_t taken = sift_text_safe(out, entry->name, SIZE_MAX);
    sift_text_style(out, SIFT_STYLE_PLAIN);
    sift_text_format(out, "%*s", taken < columns ? (int)(columns - taken) + 2 : 2, "");
    put_text(out, &entry->verdict);
    put_text(out, &entry->body);
  }
  if (worst->seen > worst->count) {
    char number[SIFT_NUMBER_BYTES];
    sift_text_format(out, "\n  and %s more; --top N shows more of them, --report jsonl all\n",
                     sift_text_number(number, worst->seen - worst->count));
  }
}
