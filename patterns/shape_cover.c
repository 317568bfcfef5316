/* A search for a proof that one shape matches whatever another does: each match of the narrow one is followed part by part, and
 * the wide one must have a way along it. What is not proved is not claimed. */
#include <string.h>

#include "patterns/shape.h"

#include "engine/pattern.h"

enum { STEPS_MAX = 1000 };

/* What is left of a branch, and of those around it. */
struct cursor {
  const struct sift_part *part;
  const struct cursor *rest;
};

/* The state of a walk along both. */
struct walk {
  struct cursor narrow, wide;
  const struct sift_part *before; /* of the narrow one: the byte just taken; NULL where it is not known */
  bool open;                      /* what is left of the narrow one when the wide one ends does not matter */
  bool first;                     /* nothing of the wide one was taken yet, and it may begin anywhere */
};

struct search {
  unsigned steps;
};

static bool follow(struct search *search, struct walk walk);

static struct cursor at_part(struct cursor cursor) {
  while (cursor.part == NULL && cursor.rest != NULL) {
    cursor = *cursor.rest;
  }
  return cursor;
}

static struct cursor behind(struct cursor cursor) {
  return at_part((struct cursor){cursor.part->next, cursor.rest});
}

static bool in_range(const struct sift_part *narrow, const struct sift_part *wide) {
  return narrow->min >= wide->min && narrow->max <= wide->max;
}

static bool same_text(const struct sift_part *a, const struct sift_part *b) {
  bool caseless_matters = a->kind != SIFT_PART_PLACE || a->text.len > 2;
  return sift_span_equal(a->text, b->text) && (a->caseless == b->caseless || !caseless_matters);
}

/* Each branch of the one within some branch of the other, from end to end. */
static bool branches_within(struct search *search, const struct sift_part *narrow, const struct sift_part *wide) {
  for (const struct sift_branch *a = narrow->branches; a != NULL; a = a->next) {
    bool found = false;
    for (const struct sift_branch *b = wide->branches; b != NULL && !found; b = b->next) {
      found = follow(search, (struct walk){.narrow.part = a->first, .wide.part = b->first});
    }
    if (!found) {
      return false;
    }
  }
  return true;
}

/* One turn of the one within one of the other. */
static bool turn_within(struct search *search, const struct sift_part *narrow, const struct sift_part *wide) {
  if (narrow->kind != wide->kind) {
    return false;
  }
  switch (narrow->kind) {
  case SIFT_PART_BYTES:
    return sift_bytes_within(narrow->bytes, wide->bytes);
  case SIFT_PART_GROUP:
    return branches_within(search, narrow, wide);
  case SIFT_PART_WHOLE:
    return same_text(narrow, wide);
  case SIFT_PART_PLACE:
    break;
  }
  return false;
}

static const struct sift_part *byte_of(const struct sift_part *part) {
  return part != NULL && part->kind == SIFT_PART_BYTES && part->min > 0 ? part : NULL;
}

/* Moves on behind the narrow part, which was taken. */
static struct walk taken(struct walk walk) {
  walk.before = byte_of(walk.narrow.part);
  walk.narrow = behind(walk.narrow);
  walk.first = false;
  return walk;
}

static bool pairs(struct search *search, struct walk walk) {
  const struct sift_part *narrow = walk.narrow.part;
  const struct sift_part *wide = walk.wide.part;
  struct walk next = taken(walk);
  next.wide = behind(walk.wide);
  /* At an end of the wide one that may lie anywhere, it takes as many turns of the narrow part as it needs. */
  bool edge = walk.first || (walk.open && next.wide.part == NULL);
  bool fits = in_range(narrow, wide) || (edge && narrow->min >= wide->min && narrow->kind == SIFT_PART_BYTES);
  return fits && turn_within(search, narrow, wide) && follow(search, next);
}

/* Whether all that the group may match are bytes of the set, and nothing of the unknown stands there. */
static bool group_absorbed(const struct sift_part *group, const uint64_t bytes[4]) {
  for (const struct sift_branch *branch = group->branches; branch != NULL; branch = branch->next) {
    for (const struct sift_part *part = branch->first; part != NULL; part = part->next) {
      bool good = part->kind == SIFT_PART_PLACE || (part->kind == SIFT_PART_BYTES && sift_bytes_within(part->bytes, bytes)) ||
                  (part->kind == SIFT_PART_GROUP && group_absorbed(part, bytes));
      if (!good) {
        return false;
      }
    }
  }
  return true;
}

/* A repeat of the wide one takes the narrow part and stays. */
static bool absorbs(struct search *search, struct walk walk) {
  const struct sift_part *narrow = walk.narrow.part;
  const struct sift_part *wide = walk.wide.part;
  if (wide->kind != SIFT_PART_BYTES || wide->max == 1) {
    return false;
  }
  struct sift_part left = *wide;
  const struct cursor rest = {wide->next, walk.wide.rest};
  bool unlimited = wide->max == SIFT_PART_UNLIMITED;
  bool good = false;
  if (narrow->kind == SIFT_PART_BYTES) {
    good = sift_bytes_within(narrow->bytes, wide->bytes) && (unlimited || narrow->max <= wide->max);
    left.min = wide->min > narrow->min ? wide->min - narrow->min : 0;
    left.max = unlimited || !good ? SIFT_PART_UNLIMITED : wide->max - narrow->max;
    good = good && left.min <= left.max;
  } else if (narrow->kind == SIFT_PART_GROUP) {
    good = unlimited && group_absorbed(narrow, wide->bytes);
  }
  if (!good) {
    return false;
  }
  left.next = NULL;
  struct walk next = taken(walk);
  next.wide = left.max > 0 ? (struct cursor){&left, &rest} : at_part(rest);
  return follow(search, next);
}

static bool wide_branch(struct search *search, struct walk walk) {
  const struct sift_part *group = walk.wide.part;
  const struct cursor rest = {group->next, walk.wide.rest};
  if (group->kind != SIFT_PART_GROUP || group->min > 1) {
    return false;
  }
  for (const struct sift_branch *branch = group->branches; branch != NULL; branch = branch->next) {
    struct walk next = walk;
    next.wide = (struct cursor){branch->first, &rest};
    if (follow(search, next)) {
      return true;
    }
  }
  return false;
}

/* Whichever branch matched, and where it may be absent, none. */
static bool narrow_branches(struct search *search, struct walk walk) {
  const struct sift_part *group = walk.narrow.part;
  const struct cursor rest = {group->next, walk.narrow.rest};
  if (group->kind != SIFT_PART_GROUP || group->max != 1) {
    return false;
  }
  for (const struct sift_branch *branch = group->branches; branch != NULL; branch = branch->next) {
    struct walk next = walk;
    next.narrow = (struct cursor){branch->first, &rest};
    if (!follow(search, next)) {
      return false;
    }
  }
  struct walk without = walk;
  without.narrow = at_part(rest);
  return group->min > 0 || follow(search, without);
}

static bool word(const uint64_t bytes[4], bool other) {
  uint64_t words[4];
  (void)sift_bytes_of(sift_span_of(other ? "\\W" : "\\w"), false, false, words);
  return sift_bytes_within(bytes, words);
}

/* Whether the narrow one is sure to stand at such a place now. */
static bool place_holds(const struct walk *walk, const struct sift_part *place) {
  const struct sift_part *part = walk->narrow.part;
  for (; part != NULL && part->kind == SIFT_PART_PLACE; part = part->next) {
    if (same_text(part, place)) {
      return true;
    }
  }
  const struct sift_part *after = byte_of(part);
  if (walk->before == NULL || after == NULL || !sift_span_equal(place->text, sift_span_of("\\b"))) {
    return false;
  }
  return (word(walk->before->bytes, false) && word(after->bytes, true)) ||
         (word(walk->before->bytes, true) && word(after->bytes, false));
}

static bool follow(struct search *search, struct walk walk) {
  if (++search->steps > STEPS_MAX) {
    return false;
  }
  walk.narrow = at_part(walk.narrow);
  walk.wide = at_part(walk.wide);
  const struct sift_part *wide = walk.wide.part;
  const struct sift_part *narrow = walk.narrow.part;
  if (wide == NULL && walk.open) {
    return true;
  }
  struct walk without = walk;
  if (wide != NULL && wide->kind == SIFT_PART_PLACE && place_holds(&walk, wide)) {
    without.wide = behind(walk.wide);
    without.first = false;
    return follow(search, without);
  }
  if (narrow != NULL && narrow->kind == SIFT_PART_PLACE) { /* one demand less: what matches with it matches without */
    without.narrow = behind(walk.narrow);
    return follow(search, without);
  }
  if (wide == NULL || narrow == NULL) {
    bool ends = wide == NULL && narrow == NULL;
    without.wide = wide != NULL && wide->kind != SIFT_PART_PLACE && wide->min == 0 ? behind(walk.wide) : walk.wide;
    return ends || (wide != NULL && wide->min == 0 && follow(search, without)) || (wide != NULL && wide_branch(search, walk)) ||
           (narrow != NULL && narrow_branches(search, walk));
  }
  if (wide->min == 0) {
    without.wide = behind(walk.wide);
    if (follow(search, without)) {
      return true;
    }
  }
  return pairs(search, walk) || absorbs(search, walk) || wide_branch(search, walk) || narrow_branches(search, walk);
}

/* Whether the wide one is found somewhere in what is left of the narrow one. */
static bool found_from(struct search *search, const struct sift_shape *wide, struct cursor narrow, const struct sift_part *before) {
  for (narrow = at_part(narrow); search->steps <= STEPS_MAX; narrow = behind(narrow)) {
    for (const struct sift_branch *branch = wide->branches; branch != NULL; branch = branch->next) {
      if (follow(search, (struct walk){narrow, {branch->first, NULL}, before, true, true})) {
        return true;
      }
    }
    if (narrow.part == NULL) {
      return false;
    }
    if (narrow.part->kind == SIFT_PART_GROUP && narrow.part->min > 0) {
      const struct cursor rest = {narrow.part->next, narrow.part->max == 1 ? narrow.rest : NULL};
      const struct cursor *follows = narrow.part->max == 1 ? &rest : NULL;
      bool all = true;
      for (const struct sift_branch *branch = narrow.part->branches; branch != NULL && all; branch = branch->next) {
        all = found_from(search, wide, (struct cursor){branch->first, follows}, NULL);
      }
      if (all) {
        return true;
      }
    }
    before = narrow.part->kind == SIFT_PART_PLACE ? before : byte_of(narrow.part);
  }
  return false;
}

bool sift_shape_covers(const struct sift_shape *wide, const struct sift_shape *narrow) {
  struct search search = {0};
  if (!sift_bytes_within(wide->needs, narrow->holds)) {
    return false;
  }
  for (const struct sift_branch *branch = narrow->branches; branch != NULL; branch = branch->next) {
    if (!found_from(&search, wide, (struct cursor){branch->first, NULL}, NULL)) {
      return false;
    }
  }
  return true;
}
