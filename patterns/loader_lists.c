/* The lists within a rule: channels, captures, actions, examples. */
#include <string.h>

#include "engine/batch.h"
#include "engine/pattern.h"
#include "engine/stream.h"
#include "patterns/loader_internal.h"

static const struct sift_field example_fields[] = {{"match", true}, {"no_match", true}};

enum { GROUP_NAME_MAX = 32 }; /* PCRE2's own limit */

static uint32_t load_channel(struct sift_loader *loader, const struct sift_yaml *node, const char *field) {
  struct sift_reading *reading = &loader->reading;
  const char *name = sift_read_id(reading, node, field, true);
  if (name == NULL) {
    return 0;
  }
  if (strlen(name) > SIFT_CHANNEL_NAME_MAX) {
    sift_reading_error(reading, node, field, "shorten it to 32 bytes", "the name of the channel is too long");
    return 0;
  }
  if (strcmp(name, "-") == 0) {
    sift_reading_error(reading, node, field, "leave it out: records of unknown channel are taken for any", "'-' is no channel");
    return 0;
  }
  uint32_t bit = sift_ruleset_channel(loader->ruleset, sift_span_of(name));
  if (bit == 0) {
    sift_reading_error(reading, node, field, "use fewer channel names in the set", "more than %d channels are named",
                       SIFT_CHANNELS_MAX - 1);
  }
  return bit;
}

uint32_t sift_load_channels(struct sift_loader *loader, const struct sift_yaml *list) {
  uint32_t bits = 0;
  if (sift_read_list(&loader->reading, list, "channels", true)) {
    size_t index = 0;
    for (const struct sift_yaml *node = list->first; node != NULL; node = node->next) {
      char field[SIFT_FIELD_NAME_MAX];
      sift_field_item(field, "channels", index++);
      bits |= load_channel(loader, node, field);
    }
  }
  return bits;
}

static bool group_stands(const struct sift_patterns *any, struct sift_span name) {
  for (size_t i = 0; i < any->count; i++) {
    if (sift_pattern_has_group(any->items[i].text, name)) {
      return true;
    }
  }
  return false;
}

static bool load_capture(struct sift_reading *reading, const struct sift_yaml *node, const char *field,
                         const struct sift_patterns *any, struct sift_span *out) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
  if (!sift_read_text(reading, node, field, out)) {
    return false;
  }
  if (strspn(out->data, letters) != out->len || (out->data[0] >= '0' && out->data[0] <= '9') || out->len > GROUP_NAME_MAX) {
    sift_reading_error(reading, node, field, "use letters, digits and '_', at most 32, no digit first",
                       "'%.60s' is no name of a group", out->data);
    return false;
  }
  if (!group_stands(any, *out)) {
    sift_reading_error(reading, node, field, "name a group of an `any` pattern: (?<name>…)",
                       "no `any` pattern has the group (?<%s>…)", out->data);
    return false;
  }
  return true;
}

struct sift_texts sift_load_captures(struct sift_reading *reading, const struct sift_yaml *list, const struct sift_patterns *any) {
  struct sift_texts out = {0};
  if (!sift_read_list(reading, list, "capture", false)) {
    return out;
  }
  if (list->count > SIFT_CAPTURES_MAX) {
    sift_reading_error(reading, list, "capture", "keep those that help a reader", "more than %d captures", SIFT_CAPTURES_MAX);
    return out;
  }
  struct sift_span *items = sift_reading_alloc(reading, SIFT_CAPTURES_MAX * sizeof *items);
  if (items == NULL) {
    return out;
  }
  size_t index = 0;
  for (const struct sift_yaml *node = list->first; node != NULL; node = node->next) {
    char field[SIFT_FIELD_NAME_MAX];
    sift_field_item(field, "capture", index++);
    if (load_capture(reading, node, field, any, &items[out.count])) {
      for (size_t i = 0; i < out.count; i++) {
        if (sift_span_equal(items[i], items[out.count])) {
          sift_reading_error(reading, node, field, "remove one of them", "'%s' stands twice", items[i].data);
        }
      }
      out.count++;
    }
  }
  out.items = items;
  return out;
}

struct sift_texts sift_load_actions(struct sift_reading *reading, const struct sift_yaml *list) {
  struct sift_texts out = {0};
  struct sift_span *items = NULL;
  if (!sift_read_list(reading, list, "actions", false) ||
      (items = sift_reading_alloc(reading, list->count * sizeof *items)) == NULL) {
    return out;
  }
  size_t index = 0;
  for (const struct sift_yaml *node = list->first; node != NULL; node = node->next) {
    char field[SIFT_FIELD_NAME_MAX];
    sift_field_item(field, "actions", index++);
    const char *text = sift_read_line(reading, node, field);
    if (text != NULL) {
      items[out.count++] = sift_span_of(text);
    }
  }
  out.items = items;
  return out;
}

static bool load_example(struct sift_reading *reading, const struct sift_yaml *node, const char *field, struct sift_span *out) {
  if (!sift_read_text(reading, node, field, out)) {
    return false;
  }
  if (memchr(out->data, '\n', out->len) != NULL || memchr(out->data, '\r', out->len) != NULL) {
    sift_reading_error(reading, node, field, "keep the line that the rule is about",
                       "an example is one line, here is a line break");
    return false;
  }
  if (out->len > SIFT_LINE_BYTES_MAX) {
    sift_reading_error(reading, node, field, "shorten it", "longer than the longest line that is scanned whole");
    return false;
  }
  return true;
}

static struct sift_texts load_lines(struct sift_reading *reading, const struct sift_yaml *list, const char *name) {
  struct sift_texts out = {0};
  struct sift_span *items = NULL;
  if (!sift_read_list(reading, list, name, true) || (items = sift_reading_alloc(reading, list->count * sizeof *items)) == NULL) {
    return out;
  }
  size_t index = 0;
  for (const struct sift_yaml *node = list->first; node != NULL; node = node->next) {
    char field[SIFT_FIELD_NAME_MAX];
    sift_field_item(field, name, index++);
    out.count += load_example(reading, node, field, &items[out.count]);
  }
  out.items = items;
  return out;
}

void sift_load_examples(struct sift_reading *reading, const struct sift_yaml *node, struct sift_rule *rule) {
  if (!sift_read_map(reading, node, "examples", "examples.", example_fields, 2)) {
    return;
  }
  const struct sift_yaml *value = sift_yaml_get(node, "match");
  if (value != NULL) {
    rule->match = load_lines(reading, value, "examples.match");
  }
  if ((value = sift_yaml_get(node, "no_match")) != NULL) {
    rule->no_match = load_lines(reading, value, "examples.no_match");
  }
}
