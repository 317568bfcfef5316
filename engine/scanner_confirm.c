/* What a line is told to be: which patterns match it, which rules that makes hits, and their captures. */
#include <strings.h>

#include "engine/scanner_internal.h"

static int on_confirm(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context) {
  (void)from;
  (void)to;
  (void)flags;
  struct sift_scanner *scanner = context;
  if (scanner->matched_count < scanner->database->pattern_count) { /* HS_FLAG_SINGLEMATCH: each at most once */
    scanner->matched[scanner->matched_count++] = id;
  }
  return 0;
}

/* Few patterns match a line, mostly one: insertion sort. */
static void sort_matched(uint32_t *ids, uint32_t count) {
  for (uint32_t i = 1; i < count; i++) {
    uint32_t id = ids[i];
    uint32_t at = i;
    for (; at > 0 && ids[at - 1] > id; at--) {
      ids[at] = ids[at - 1];
    }
    ids[at] = id;
  }
}

/* Whether one of the texts that the pattern needs stands in the line. Without one, giving up has lost nothing; and it must not be
 * told, since the sampler may not wake such a line. */
static bool may_match(const struct sift_compiled *compiled, struct sift_span line) {
  bool found = compiled->atoms.count == 0;
  for (size_t i = 0; i < compiled->atoms.count && !found; i++) {
    struct sift_span atom = compiled->atoms.items[i];
    for (size_t at = 0; at + atom.len <= line.len && !found; at++) {
      found = strncasecmp(line.data + at, atom.data, atom.len) == 0;
    }
  }
  return found;
}

/* Runs PCRE2 over the line, of a long one over its begin; the program where it matches, whose groups are then in
 * scanner->match, else NULL. Giving up at a limit is no match, and counted. */
static const struct sift_program *pcre_match(struct sift_scanner *scanner, struct sift_compiled *compiled, struct sift_span line) {
  const struct sift_rule *rule = &scanner->database->ruleset->rules[compiled->rule];
  const struct sift_program *program = sift_program_get(compiled, rule, scanner->mode != SIFT_SCAN_EXAMPLES);
  if (program == NULL) {
    scanner->out_of_memory = true;
    return NULL;
  }
  bool cut = line.len > SIFT_PCRE_LINE_BYTES_MAX;
  size_t len = cut ? SIFT_PCRE_LINE_BYTES_MAX : line.len;
  uint32_t options = cut ? PCRE2_NOTEOL : 0;
  int result = pcre2_match(program->code, (PCRE2_SPTR)line.data, len, 0, options, scanner->match, scanner->limits);
  if (result < 0 && result != PCRE2_ERROR_NOMATCH && may_match(compiled, line)) {
    scanner->stats.limited++;
  }
  return result >= 0 ? program : NULL;
}

static bool holds(struct sift_scanner *scanner, struct sift_compiled *compiled, struct sift_span line) {
  return !compiled->prefiltered || pcre_match(scanner, compiled, line) != NULL;
}

/* Whether the patterns that matched, all of one rule, make a hit of it. */
static bool rule_hits(struct sift_scanner *scanner, const struct sift_rule *rule, const uint32_t *ids, uint32_t count,
                      struct sift_span line) {
  bool any = false;
  size_t all = 0;
  for (uint32_t i = 0; i < count; i++) {
    struct sift_compiled *compiled = &scanner->database->patterns[ids[i]];
    if (compiled->role != SIFT_ROLE_ANY && !any) {
      return false; /* those of `any` come first; batch mode may not even wake such a line */
    }
    if ((compiled->role == SIFT_ROLE_ANY && any) || !holds(scanner, compiled, line)) {
      continue;
    }
    switch (compiled->role) {
    case SIFT_ROLE_ANY:
      any = true;
      break;
    case SIFT_ROLE_ALL:
      all++;
      break;
    case SIFT_ROLE_NONE:
      return false;
    }
  }
  return any && all == rule->all.count;
}

static struct sift_span group_text(struct sift_scanner *scanner, uint32_t group, struct sift_span line) {
  if (group == 0 || group >= pcre2_get_ovector_count(scanner->match)) {
    return sift_span(NULL, 0);
  }
  const size_t *bounds = pcre2_get_ovector_pointer(scanner->match) + 2 * (size_t)group;
  if (bounds[0] == PCRE2_UNSET || bounds[0] > bounds[1]) {
    return sift_span(NULL, 0);
  }
  return sift_span(line.data + bounds[0], bounds[1] - bounds[0]);
}

/* The captured values of the first `any` pattern that matches. */
static void capture(struct sift_scanner *scanner, const struct sift_rule *rule, const uint32_t *ids, uint32_t count,
                    struct sift_span line, struct sift_span *fields) {
  for (size_t field = 0; field < rule->captures.count; field++) {
    fields[field] = sift_span(NULL, 0);
  }
  for (uint32_t i = 0; i < count; i++) {
    struct sift_compiled *compiled = &scanner->database->patterns[ids[i]];
    const struct sift_program *program = compiled->role == SIFT_ROLE_ANY ? pcre_match(scanner, compiled, line) : NULL;
    if (program == NULL) {
      continue;
    }
    for (size_t field = 0; field < rule->captures.count; field++) {
      fields[field] = group_text(scanner, program->groups[field], line);
    }
    return;
  }
}

/* Turns the sorted numbers of matched patterns into hits, rule by rule. False: the callback wants no more. */
static bool emit_hits(struct sift_scanner *scanner, struct sift_line line) {
  const struct sift_database *database = scanner->database;
  struct sift_span text = sift_span(scanner->text + line.start, line.end - line.start);
  struct sift_span fields[SIFT_CAPTURES_MAX];
  bool confirmed = false;
  uint32_t next = 0;
  for (uint32_t i = 0; i < scanner->matched_count; i = next) {
    uint32_t number = database->patterns[scanner->matched[i]].rule;
    for (next = i + 1; next < scanner->matched_count && scanner->matched[next] < database->first[number + 1];) {
      next++;
    }
    const struct sift_rule *rule = &database->ruleset->rules[number];
    uint64_t limited = scanner->stats.limited;
    bool hits = rule_hits(scanner, rule, scanner->matched + i, next - i, text);
    if (hits && rule->captures.count > 0 && scanner->mode != SIFT_SCAN_EXAMPLES) {
      capture(scanner, rule, scanner->matched + i, next - i, text, fields);
    }
    if (scanner->stats.limited != limited && scanner->on_limit != NULL) {
      scanner->on_limit(scanner->limit_context, number, line.start, line.end - line.start);
    }
    if (!hits) {
      continue;
    }
    confirmed = true;
    scanner->stats.hits++;
    struct sift_hit hit = {number, line.start, line.end - line.start, fields, (uint32_t)rule->captures.count};
    if (!scanner->on_hit(scanner->context, &hit)) {
      return false;
    }
  }
  scanner->stats.confirmed += confirmed;
  return true;
}

enum sift_status sift_scanner_tell(struct sift_scanner *scanner, struct sift_line line) {
  sort_matched(scanner->matched, scanner->matched_count);
  bool go_on = emit_hits(scanner, line);
  if (scanner->out_of_memory) {
    return SIFT_ENOMEM;
  }
  return go_on ? SIFT_OK : SIFT_END;
}

enum sift_status sift_scanner_confirm(struct sift_scanner *scanner, struct sift_line line) {
  if (line.start == line.end) {
    return SIFT_OK; /* no pattern matches nothing */
  }
  scanner->matched_count = 0;
  scanner->stats.woken++;
  if (hs_scan(scanner->database->confirm, scanner->text + line.start, line.end - line.start, 0, scanner->scratch, on_confirm,
              scanner) != HS_SUCCESS) {
    return SIFT_EENGINE;
  }
  return scanner->matched_count > 0 ? sift_scanner_tell(scanner, line) : SIFT_OK;
}
