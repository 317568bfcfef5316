/* Lint of patterns beside each other: those that stand in another's shadow. Only what the shapes prove is told. */
#include <stdlib.h>
#include <string.h>

#include "engine/database.h"
#include "engine/pattern.h"
#include "patterns/lint_internal.h"
#include "patterns/shape.h"

/* Beyond these a set is larger than any that people write: what is looked at first is told, and the check ends in seconds. */
enum { PAIRS_MAX = 200 * 1000 * 1000, PROOFS_MAX = 500 * 1000 };

/* An `any` pattern that can be compared. */
struct member {
  const struct sift_rule *rule;
  const struct sift_pattern *pattern;
  uint64_t holds[4], needs[4]; /* of its shape */
};

struct shadows {
  struct sift_problems *problems;
  struct sift_uses uses;
  const struct sift_rule *rules; /* the first of the set */
  struct member *members;
  size_t count;
  struct sift_arena narrow, wide; /* one shape each */
  size_t pairs, proofs;
};

/* Rules that may say the same stand together. */
static int by_meaning(const void *a, const void *b) {
  const struct member *x = a;
  const struct member *y = b;
  if (x->rule->class_index != y->rule->class_index) {
    return x->rule->class_index < y->rule->class_index ? -1 : 1;
  }
  if (x->rule->mark != y->rule->mark) {
    return x->rule->mark < y->rule->mark ? -1 : 1;
  }
  if (x->rule != y->rule) {
    return x->rule < y->rule ? -1 : 1;
  }
  return (x->pattern > y->pattern) - (x->pattern < y->pattern);
}

static bool alike(const struct sift_rule *a, const struct sift_rule *b) {
  return a->class_index == b->class_index && a->mark == b->mark;
}

/* Whether a value of the line that the rule asks for comes from this pattern. */
static bool gives_captures(const struct member *member) {
  for (size_t i = 0; i < member->rule->captures.count; i++) {
    if (sift_pattern_has_group(member->pattern->text, member->rule->captures.items[i])) {
      return true;
    }
  }
  return false;
}

/* A rule that the tree asks for by its id, or that is graver, stands out among those of its class whatever else they match. */
static bool stands_out(const struct shadows *shadows, const struct sift_rule *rule, const struct sift_rule *other) {
  return rule->severity > other->severity || shadows->uses.rules[rule - shadows->rules];
}

/* Whether it would mean something that `wide` matches all that `narrow` does. What narrows the rule of `narrow` further leaves it
 * so; what narrows the other may tell the two apart, and so may channels. */
static bool comparable(const struct shadows *shadows, const struct member *narrow, const struct member *wide) {
  if (!sift_bytes_within(wide->needs, narrow->holds) || strcmp(narrow->pattern->text, wide->pattern->text) == 0) {
    return false;
  }
  /* What PCRE2 decides is decided within the begin of a long line. */
  if (sift_pattern_looks_around(wide->pattern->text) && !sift_pattern_looks_around(narrow->pattern->text)) {
    return false;
  }
  if (narrow->rule == wide->rule) {
    return !gives_captures(narrow);
  }
  const struct sift_rule *other = wide->rule;
  return !stands_out(shadows, narrow->rule, other) && (narrow->rule->channels & ~other->channels) == 0 &&
         other->all.count + other->none.count == 0;
}

static bool covers(struct shadows *shadows, const struct sift_shape *narrow, const struct member *wide) {
  struct sift_shape shape;
  sift_arena_reset(&shadows->wide);
  shadows->proofs++;
  return sift_shape_read(&shape, &shadows->wide, wide->pattern->text) && sift_shape_covers(&shape, narrow);
}

/* Of two that match the same, only the later is told of. */
static bool told_the_other_way(struct shadows *shadows, const struct sift_shape *narrow_shape, const struct member *narrow,
                               const struct member *wide) {
  struct sift_shape shape;
  if (narrow > wide || !comparable(shadows, wide, narrow)) {
    return false;
  }
  return sift_shape_read(&shape, &shadows->wide, wide->pattern->text) && sift_shape_covers(narrow_shape, &shape);
}

static void tell(struct shadows *shadows, const struct member *narrow, const struct member *wide) {
  struct sift_spot spot = {narrow->rule->file, narrow->pattern->line, narrow->pattern->column, narrow->rule->id};
  char field[32];
  snprintf(field, sizeof field, "any[%td]", narrow->pattern - narrow->rule->any.items + 1);
  if (narrow->rule == wide->rule) {
    sift_lint_warn(shadows->problems, spot, field, "remove it, or make the other one narrower",
                   "is needless: any[%td] of this rule, at line %u, matches all that it does",
                   wide->pattern - wide->rule->any.items + 1, wide->pattern->line);
  } else {
    sift_lint_warn(shadows->problems, spot, field, "make that one narrower, give its rule a `none`, or take this pattern away",
                   "rule '%s' of the same class matches every such line too, by its pattern at %s:%u:%u", wide->rule->id,
                   wide->rule->file, wide->pattern->line, wide->pattern->column);
  }
}

static bool in_shadow(struct shadows *shadows, const struct sift_shape *shape, const struct member *narrow,
                      const struct member *wide) {
  shadows->pairs++;
  return wide != narrow && comparable(shadows, narrow, wide) && covers(shadows, shape, wide) &&
         !told_the_other_way(shadows, shape, narrow, wide) && sift_database_takes(narrow->pattern) &&
         sift_database_takes(wide->pattern);
}

/* Its own rule's first: they are the nearer. */
static void lint_member(struct shadows *shadows, const struct member *narrow, const struct member *begin,
                        const struct member *end) {
  struct sift_shape shape;
  sift_arena_reset(&shadows->narrow);
  if (!sift_shape_read(&shape, &shadows->narrow, narrow->pattern->text)) {
    return;
  }
  for (int own = 1; own >= 0; own--) {
    for (const struct member *wide = begin; wide < end && shadows->pairs < PAIRS_MAX && shadows->proofs < PROOFS_MAX; wide++) {
      if ((wide->rule == narrow->rule) == (own == 1) && in_shadow(shadows, &shape, narrow, wide)) {
        tell(shadows, narrow, wide);
        return;
      }
    }
  }
}

static void gather(struct shadows *shadows, const struct sift_ruleset *ruleset) {
  for (size_t i = 0; i < ruleset->rule_count; i++) {
    const struct sift_rule *rule = &ruleset->rules[i];
    for (size_t p = 0; p < rule->any.count; p++) {
      struct sift_shape shape;
      sift_arena_reset(&shadows->narrow);
      if (sift_shape_read(&shape, &shadows->narrow, rule->any.items[p].text)) {
        struct member *member = &shadows->members[shadows->count++];
        *member = (struct member){.rule = rule, .pattern = &rule->any.items[p]};
        memcpy(member->holds, shape.holds, sizeof member->holds);
        memcpy(member->needs, shape.needs, sizeof member->needs);
      }
    }
  }
  if (shadows->count > 0) {
    qsort(shadows->members, shadows->count, sizeof *shadows->members, by_meaning);
  }
}

void sift_lint_shadows(const struct sift_ruleset *ruleset, struct sift_problems *problems) {
  size_t room = 1;
  for (size_t i = 0; i < ruleset->rule_count; i++) {
    room += ruleset->rules[i].any.count;
  }
  struct shadows shadows = {.problems = problems, .rules = ruleset->rules};
  shadows.members = calloc(room, sizeof *shadows.members);
  if (!sift_uses_init(&shadows.uses, ruleset) || shadows.members == NULL) {
    sift_uses_release(&shadows.uses);
    free(shadows.members);
    return;
  }
  sift_arena_init(&shadows.narrow);
  sift_arena_init(&shadows.wide);
  gather(&shadows, ruleset);
  const struct member *end = shadows.members + shadows.count;
  for (const struct member *begin = shadows.members; begin < end;) {
    const struct member *next = begin;
    while (next < end && alike(next->rule, begin->rule)) {
      next++;
    }
    for (const struct member *member = begin; member < next; member++) {
      lint_member(&shadows, member, begin, next);
    }
    begin = next;
  }
  sift_arena_release(&shadows.narrow);
  sift_arena_release(&shadows.wide);
  sift_uses_release(&shadows.uses);
  free(shadows.members);
}
