/* One description of the rule set serves both ways, writing and reading, so that the two cannot differ. What is read is
 * checked twice: by the checksum, which tells damage, and value by value, so that no bytes at all could do harm. */
#include "engine/ruleset_store.h"

#include <stdlib.h>
#include <xxhash.h>

#include "engine/crowd.h"
#include "engine/facts.h"
#include "engine/pack.h"
#include "engine/ruleset_internal.h"
#include "engine/unpack.h"

/* In front of the packed body. Native byte order: the file never leaves the machine. */
struct seals {
  char magic[8]; /* to be changed with the form of the body */
  uint64_t checksum[2];
  uint64_t origin[2]; /* from here on the checksum counts */
  uint64_t hash[2];   /* of the rule set */
};

static const char magic[8] = "SIFTRS1";

enum { DEPTH_MAX = 64 }; /* of nodes and of conditions, each; rule files are nested no deeper */

/* An item in memory is larger than as it is packed, by so much at most. */
enum { ITEM_RATIO_MAX = 16 };

/* A pass over a rule set: into `pack`, or out of `cursor` where `pack` is NULL. */
struct pass {
  struct sift_pack *pack;
  struct sift_cursor cursor;
  struct sift_arena *arena; /* of the rule set that is read */
  const struct sift_ruleset *ruleset;
  size_t items_left; /* bytes of items that may still be made when reading */
  bool no_memory, too_deep;
};

static bool reading(const struct pass *pass) {
  return pass->pack == NULL;
}

static bool good(const struct pass *pass) {
  return !pass->no_memory && !pass->too_deep && pass->cursor.fault == SIFT_FAULT_NONE;
}

static char *room(struct pass *pass, size_t size) {
  char *at = pass->no_memory ? NULL : sift_pack_reserve(pass->pack, size + SIFT_PACK_MAX);
  pass->no_memory = at == NULL;
  return at;
}

/* ---- single values ---- */

static uint64_t number(struct pass *pass, uint64_t value, uint64_t max) {
  if (reading(pass)) {
    value = sift_take_unsigned(&pass->cursor);
    sift_cursor_expect(&pass->cursor, value <= max);
    return value <= max ? value : 0;
  }
  char *at = room(pass, 0);
  if (at != NULL) {
    sift_pack_commit(pass->pack, sift_put_unsigned(at, value));
  }
  return value;
}

static void number32(struct pass *pass, uint32_t *value) {
  *value = (uint32_t)number(pass, *value, UINT32_MAX);
}

static void flag(struct pass *pass, bool *value) {
  *value = number(pass, *value, 1) != 0;
}

static void span(struct pass *pass, struct sift_span *value) {
  if (reading(pass)) {
    struct sift_span text = sift_take_text(&pass->cursor, UINT32_MAX);
    const char *copy = sift_arena_copy(pass->arena, text);
    pass->no_memory |= copy == NULL;
    *value = sift_span(copy, copy != NULL ? text.len : 0);
    return;
  }
  char *at = room(pass, value->len);
  if (at != NULL) {
    sift_pack_commit(pass->pack, sift_put_bytes(sift_put_bin_head(at, value->len), *value));
  }
}

static void text(struct pass *pass, const char **value) {
  struct sift_span whole = reading(pass) ? sift_span("", 0) : sift_span_of(*value);
  span(pass, &whole);
  if (reading(pass)) {
    *value = whole.data != NULL ? whole.data : "";
    sift_cursor_expect(&pass->cursor, strlen(*value) == whole.len);
  }
}

/* A span that may be absent, as the value of most conditions is. */
static void value_span(struct pass *pass, struct sift_span *value) {
  bool there = value->data != NULL;
  flag(pass, &there);
  if (there) {
    span(pass, value);
  }
}

static void place(struct pass *pass, unsigned *line, unsigned *column) {
  number32(pass, line);
  number32(pass, column);
}

/* ---- lists ---- */

/* Begins a list of `*count` items of `size` bytes. When reading, gives zeroed items from the arena, of which there are not more than
 * so many packed bytes can hold; when writing, those that are there. */
static void *list(struct pass *pass, const void *items, size_t *count, size_t size, uint32_t count_max) {
  if (reading(pass)) {
    *count = sift_take_array(&pass->cursor, count_max);
    sift_cursor_expect(&pass->cursor, *count * size <= pass->items_left);
    *count = good(pass) ? *count : 0;
    pass->items_left -= *count * size;
    void *made = *count > 0 ? sift_arena_alloc(pass->arena, *count * size) : NULL;
    pass->no_memory |= *count > 0 && made == NULL;
    *count = made != NULL ? *count : 0;
    return made;
  }
  char *at = room(pass, 0);
  if (at != NULL) {
    sift_pack_commit(pass->pack, sift_put_array(at, (uint32_t)*count));
  }
  return (void *)(uintptr_t)items; /* written from, never to */
}

static void texts(struct pass *pass, struct sift_texts *value) {
  struct sift_span *items = list(pass, value->items, &value->count, sizeof *items, UINT32_MAX);
  value->items = items;
  for (size_t i = 0; i < value->count && good(pass); i++) {
    struct sift_span item = items[i];
    span(pass, &item);
    if (reading(pass)) {
      items[i] = item;
    }
  }
}

static void patterns(struct pass *pass, struct sift_patterns *value) {
  struct sift_pattern *items = list(pass, value->items, &value->count, sizeof *items, UINT32_MAX);
  value->items = items;
  for (size_t i = 0; i < value->count && good(pass); i++) {
    struct sift_pattern item = items[i];
    text(pass, &item.text);
    place(pass, &item.line, &item.column);
    if (reading(pass)) {
      items[i] = item;
    }
  }
}

static void actions(struct pass *pass, struct sift_node *node) {
  const char **items = list(pass, node->actions, &node->action_count, sizeof *items, UINT32_MAX);
  node->actions = items;
  for (size_t i = 0; i < node->action_count && good(pass); i++) {
    const char *item = items[i];
    text(pass, &item);
    if (reading(pass)) {
      items[i] = item;
    }
  }
}

/* ---- classes and rules ---- */

static void class(struct pass *pass, struct sift_class *value) {
  text(pass, &value->id);
  text(pass, &value->title);
  flag(pass, &value->incident);
  flag(pass, &value->phrases);
  text(pass, &value->file);
  place(pass, &value->line, &value->column);
}

static void rule(struct pass *pass, struct sift_rule *value) {
  text(pass, &value->id);
  number32(pass, &value->class_index);
  value->severity = (enum sift_severity)number(pass, value->severity, SIFT_SEVERITIES - 1);
  value->mark = (enum sift_mark)number(pass, value->mark, SIFT_MARKS - 1);
  flag(pass, &value->headline);
  flag(pass, &value->incident);
  number32(pass, &value->channels);
  text(pass, &value->title);
  text(pass, &value->reference);
  patterns(pass, &value->any);
  patterns(pass, &value->all);
  patterns(pass, &value->none);
  texts(pass, &value->captures);
  texts(pass, &value->actions);
  texts(pass, &value->match);
  texts(pass, &value->no_match);
  text(pass, &value->file);
  place(pass, &value->line, &value->column);
  sift_cursor_expect(&pass->cursor, value->class_index < pass->ruleset->class_count && value->captures.count <= SIFT_CAPTURES_MAX);
}

/* ---- the tree ---- */

/* Whether what a condition refers to is there: triage indexes with it. */
static bool refers_well(const struct sift_ruleset *ruleset, const struct sift_condition *value) {
  if (sift_condition_names_class(value) && value->index >= ruleset->class_count) {
    return false;
  }
  if (sift_condition_names_rule(value) && value->index >= ruleset->rule_count) {
    return false;
  }
  switch (value->kind) {
  case SIFT_COND_SEVERITY:
    return value->index < SIFT_SEVERITIES;
  case SIFT_COND_MARK:
  case SIFT_COND_AGE:
    return value->index < SIFT_MARKS;
  case SIFT_COND_AFTER:
    return value->index < SIFT_MARKS && value->other < SIFT_MARKS;
  case SIFT_COND_EVIDENCE_AFTER:
    return value->other < SIFT_MARKS;
  case SIFT_COND_FACT:
  case SIFT_COND_KNOWN:
    return value->index < SIFT_FACTS;
  case SIFT_COND_SAME:
  case SIFT_COND_DIFFERS:
    return value->other < SIFT_FACTS && value->low < ruleset->rules[value->index].captures.count;
  case SIFT_COND_CROWD:
    return value->index < SIFT_CROWD_KINDS;
  case SIFT_COND_NOT:
    return value->child_count == 1;
  default:
    return true;
  }
}

static void condition(struct pass *pass, struct sift_condition *value, unsigned depth) {
  pass->too_deep |= depth > DEPTH_MAX;
  if (!good(pass)) {
    return;
  }
  value->kind = (enum sift_condition_kind)number(pass, value->kind, SIFT_COND_CROWD);
  number32(pass, &value->index);
  number32(pass, &value->other);
  value->low = number(pass, value->low, UINT64_MAX);
  value->high = number(pass, value->high, UINT64_MAX);
  value_span(pass, &value->value);
  value->classes = number(pass, value->classes, UINT64_MAX);
  place(pass, &value->line, &value->column);
  struct sift_condition *children = list(pass, value->children, &value->child_count, sizeof *children, UINT32_MAX);
  value->children = children;
  for (size_t i = 0; i < value->child_count && good(pass); i++) {
    struct sift_condition child = children[i];
    condition(pass, &child, depth + 1);
    if (reading(pass)) {
      children[i] = child;
    }
  }
  sift_cursor_expect(&pass->cursor, !good(pass) || refers_well(pass->ruleset, value));
}

static void nodes(struct pass *pass, const struct sift_node **value, size_t *count, unsigned depth);

static void node(struct pass *pass, struct sift_node *value, unsigned depth) {
  bool decides = value->verdict != NULL;
  text(pass, &value->id);
  text(pass, &value->question);
  flag(pass, &decides);
  if (decides) {
    text(pass, &value->verdict);
  }
  text(pass, &value->branch);
  text(pass, &value->title);
  value->severity = (uint8_t)number(pass, value->severity, SIFT_SEVERITIES - 1);
  value->confidence = (enum sift_confidence)number(pass, value->confidence, SIFT_HIGH);
  condition(pass, &value->when, 0);
  actions(pass, value);
  text(pass, &value->reference);
  place(pass, &value->line, &value->column);
  nodes(pass, &value->children, &value->child_count, depth + 1);
  sift_cursor_expect(&pass->cursor, decides || value->child_count > 0);
}

static void nodes(struct pass *pass, const struct sift_node **value, size_t *count, unsigned depth) {
  pass->too_deep |= depth > DEPTH_MAX;
  if (!good(pass)) {
    return;
  }
  struct sift_node *items = list(pass, *value, count, sizeof *items, UINT32_MAX);
  *value = items;
  for (size_t i = 0; i < *count && good(pass); i++) {
    struct sift_node item = items[i];
    node(pass, &item, depth);
    if (reading(pass)) {
      items[i] = item;
    }
  }
}

/* ---- the whole ---- */

/* Filled by way of the rule set's own lists, so that it can be freed as any other. */
static void all_classes(struct pass *pass, struct sift_ruleset *ruleset) {
  size_t count = ruleset->class_count;
  struct sift_class *made = list(pass, ruleset->classes, &count, 0, SIFT_CLASSES_MAX);
  for (size_t i = 0; i < count && good(pass); i++) {
    struct sift_class *value = reading(pass) ? sift_ruleset_add_class(ruleset) : &made[i];
    pass->no_memory |= value == NULL;
    if (value != NULL) {
      class(pass, value);
    }
    bool sorted = i == 0 || !good(pass) || strcmp(ruleset->classes[i - 1].id, ruleset->classes[i].id) < 0;
    sift_cursor_expect(&pass->cursor, sorted);
  }
}

static void all_rules(struct pass *pass, struct sift_ruleset *ruleset) {
  size_t count = ruleset->rule_count;
  struct sift_rule *made = list(pass, ruleset->rules, &count, 0, SIFT_RULES_MAX);
  for (size_t i = 0; i < count && good(pass); i++) {
    struct sift_rule *value = reading(pass) ? sift_ruleset_add_rule(ruleset) : &made[i];
    pass->no_memory |= value == NULL;
    if (value != NULL) {
      rule(pass, value);
    }
    bool sorted = i == 0 || !good(pass) || strcmp(ruleset->rules[i - 1].id, ruleset->rules[i].id) < 0;
    sift_cursor_expect(&pass->cursor, sorted);
  }
}

static void whole(struct pass *pass, struct sift_ruleset *ruleset) {
  text(pass, &ruleset->name);
  text(pass, &ruleset->version);
  ruleset->channel_count = (size_t)number(pass, ruleset->channel_count, SIFT_CHANNELS_MAX - 1);
  for (size_t i = 0; i < ruleset->channel_count; i++) {
    text(pass, &ruleset->channels[i]);
  }
  all_classes(pass, ruleset);
  all_rules(pass, ruleset);
  text(pass, &ruleset->tree.file);
  nodes(pass, &ruleset->tree.nodes, &ruleset->tree.count, 0);
}

static void checksum(struct sift_span bytes, uint64_t out[2]) {
  size_t skip = offsetof(struct seals, origin);
  XXH128_hash_t hash = XXH3_128bits(bytes.data + skip, bytes.len - skip);
  out[0] = hash.high64;
  out[1] = hash.low64;
}

enum sift_status sift_ruleset_store(const struct sift_ruleset *ruleset, const struct sift_ruleset_origin *origin, char **bytes,
                                    size_t *len) {
  struct sift_pack pack = {0};
  struct seals seals = {.origin = {origin->hash[0], origin->hash[1]}, .hash = {ruleset->hash[0], ruleset->hash[1]}};
  struct pass pass = {.pack = &pack, .ruleset = ruleset};
  struct sift_ruleset view = *ruleset; /* a pass that writes changes nothing behind it */
  *bytes = NULL;
  *len = 0;
  memcpy(seals.magic, magic, sizeof magic);
  char *at = room(&pass, sizeof seals);
  if (at != NULL) {
    memcpy(at, &seals, sizeof seals);
    sift_pack_commit(&pack, at + sizeof seals);
    whole(&pass, &view);
  }
  if (!good(&pass)) {
    sift_pack_release(&pack);
    return pass.too_deep ? SIFT_ELIMIT : SIFT_ENOMEM;
  }
  checksum(sift_span(pack.bytes, pack.len), seals.checksum);
  memcpy(pack.bytes, &seals, sizeof seals);
  *bytes = pack.bytes;
  *len = pack.len;
  return SIFT_OK;
}

static enum sift_status seals_hold(struct seals *seals, const struct sift_ruleset_origin *origin, struct sift_span bytes) {
  if (bytes.len < sizeof *seals) {
    return SIFT_ECORRUPT;
  }
  memcpy(seals, bytes.data, sizeof *seals);
  if (memcmp(seals->magic, magic, sizeof magic) != 0) {
    return SIFT_EVERSION;
  }
  uint64_t sum[2];
  checksum(bytes, sum);
  if (memcmp(sum, seals->checksum, sizeof sum) != 0) {
    return SIFT_ECORRUPT;
  }
  return memcmp(seals->origin, origin->hash, sizeof origin->hash) == 0 ? SIFT_OK : SIFT_EVERSION;
}

static enum sift_status read_body(struct sift_ruleset *ruleset, const struct seals *seals, struct sift_span body) {
  struct pass pass = {
      .cursor = sift_cursor(body), .arena = &ruleset->arena, .ruleset = ruleset, .items_left = body.len * ITEM_RATIO_MAX};
  whole(&pass, ruleset);
  if (pass.no_memory) {
    return SIFT_ENOMEM;
  }
  if (!good(&pass) || pass.cursor.at != pass.cursor.end) {
    return SIFT_ECORRUPT;
  }
  enum sift_status status = sift_ruleset_hash(ruleset);
  bool same = memcmp(ruleset->hash, seals->hash, sizeof seals->hash) == 0;
  return status == SIFT_OK && !same ? SIFT_ECORRUPT : status;
}

enum sift_status sift_ruleset_restore(struct sift_ruleset **out, const struct sift_ruleset_origin *origin, struct sift_span bytes) {
  struct seals seals;
  struct sift_ruleset *ruleset = NULL;
  *out = NULL;
  enum sift_status status = seals_hold(&seals, origin, bytes);
  status = status == SIFT_OK ? sift_ruleset_new(&ruleset) : status;
  if (status == SIFT_OK) {
    status = read_body(ruleset, &seals, sift_span(bytes.data + sizeof seals, bytes.len - sizeof seals));
  }
  if (status != SIFT_OK) {
    sift_ruleset_free(ruleset);
    return status;
  }
  *out = ruleset;
  return SIFT_OK;
}
