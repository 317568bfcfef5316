/* One walk over the fields writes either form, so that they cannot differ. */
#include "tools/fleetgen/kubernetes.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "engine/pack.h"
#include "tools/fleetgen/escape.h"
#include "tools/fleetgen/rng.h"

enum { VALUE_BYTES = 256, NODES = 48 };

struct form {
  struct sift_gen_text *out;
  bool packed;
  bool follows; /* JSON: a comma is due before the next key */
};

static void put(struct form *form, const char *text) {
  sift_gen_text_put(form->out, text, strlen(text));
}

static void map_begin(struct form *form, uint32_t count) {
  char *room = form->packed ? sift_gen_text_room(form->out, SIFT_PACK_MAX) : NULL;
  if (room != NULL) {
    form->out->len += (size_t)(sift_put_map(room, count) - room);
  } else if (!form->packed) {
    put(form, "{");
    form->follows = false;
  }
}

static void map_end(struct form *form) {
  if (!form->packed) {
    put(form, "}");
    form->follows = true;
  }
}

static void string_put(struct form *form, struct sift_span text, bool broken) {
  char *room = form->packed ? sift_gen_text_room(form->out, SIFT_PACK_MAX + text.len) : NULL;
  if (room != NULL) {
    form->out->len += (size_t)(sift_put_str(room, text) - room);
  } else if (!form->packed) {
    put(form, "\"");
    sift_gen_escape_put(form->out, text, broken);
    put(form, "\"");
  }
}

static void key_put(struct form *form, const char *key) {
  if (!form->packed && form->follows) {
    put(form, ",");
  }
  string_put(form, sift_span_of(key), false);
  if (!form->packed) {
    put(form, ":");
  }
  form->follows = true;
}

static void field_put(struct form *form, const char *key, struct sift_span value) {
  key_put(form, key);
  string_put(form, value, false);
}

static void field_print(struct form *form, const char *key, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void field_print(struct form *form, const char *key, const char *format, ...) {
  char value[VALUE_BYTES];
  va_list arguments;
  va_start(arguments, format);
  int len = vsnprintf(value, sizeof(value), format, arguments);
  va_end(arguments);
  assert(len >= 0 && (size_t)len < sizeof(value));
  field_put(form, key, sift_span(value, (size_t)len));
}

static void labels_put(struct form *form, const struct sift_gen_record *record) {
  const char *slash = memchr(record->space.data, '/', record->space.len);
  assert(slash != NULL);
  size_t owner_len = (size_t)(slash - record->space.data);
  key_put(form, "labels");
  map_begin(form, 4);
  field_put(form, "app", sift_span_of("space"));
  field_put(form, "channel", sift_span_of(sift_gen_channel_name(record->channel)));
  field_put(form, "space-name", sift_span(slash + 1, record->space.len - owner_len - 1));
  field_put(form, "space-owner", sift_span(record->space.data, owner_len));
  map_end(form);
}

/* What the kubernetes filter adds; all of it follows from the Space and the channel. */
static void pod_put(struct form *form, const struct sift_gen_record *record) {
  uint64_t id = sift_rng_mix(record->index, (uint64_t)record->channel);
  unsigned long long high = sift_rng_mix(id, 1);
  unsigned long long low = sift_rng_mix(id, 2);
  unsigned node = (unsigned)(record->index % NODES);
  key_put(form, "kubernetes");
  map_begin(form, 11);
  field_print(form, "pod_name", "space-%06llu-%s-%05x", (unsigned long long)record->index, sift_gen_channel_name(record->channel),
              (unsigned)(high & 0xfffff));
  field_put(form, "namespace_name", sift_span_of("spaces"));
  field_print(form, "pod_id", "%08x-%04x-4%03x-a%03x-%012llx", (unsigned)(high >> 32), (unsigned)(high & 0xffff),
              (unsigned)(high >> 16 & 0xfff), (unsigned)(low & 0xfff), low >> 16);
  labels_put(form, record);
  key_put(form, "annotations");
  map_begin(form, 1);
  field_put(form, "kubernetes.io/config.source", sift_span_of("api"));
  map_end(form);
  field_print(form, "host", "ip-10-16-%u-7", node);
  field_print(form, "pod_ip", "10.32.%u.%u", node, (unsigned)(record->index / NODES % 250 + 2));
  field_put(form, "container_name", sift_span_of("app"));
  field_print(form, "docker_id", "%016llx%016llx%016llx%016llx", high, low, high ^ low, high + low);
  field_print(form, "container_hash", "spaces/app@sha256:%016llx%016llx%016llx%016llx", low, high, low ^ high, low + high);
  field_print(form, "container_image", "spaces/app:%08llx", low >> 32);
  map_end(form);
}

static void record_put(struct form *form, struct sift_gen_day *day, const struct sift_gen_record *record) {
  struct sift_gen_text time;
  sift_gen_text_init(&time);
  sift_gen_time_put(&time, day, record->time_ns, SIFT_GEN_TIME_MICRO);
  map_begin(form, 5);
  field_put(form, "time", sift_span(time.bytes, time.len));
  field_put(form, "stream", sift_span_of(record->channel == SIFT_GEN_PLATFORM ? "stderr" : "stdout"));
  field_put(form, "_p", sift_span_of("F"));
  key_put(form, "log");
  string_put(form, record->text, record->broken);
  pod_put(form, record);
  map_end(form);
  form->out->failed |= time.failed;
  sift_gen_text_release(&time);
}

void sift_gen_kubernetes_json(struct sift_gen_text *out, struct sift_gen_day *day, const struct sift_gen_record *record) {
  struct form form = {.out = out};
  record_put(&form, day, record);
  put(&form, "\n");
}

void sift_gen_kubernetes_pack(struct sift_gen_text *out, struct sift_gen_day *day, const struct sift_gen_record *record) {
  struct form form = {.out = out, .packed = true};
  record_put(&form, day, record);
}
