#include "ingest/serve/forward_entries.h"

#include "engine/unpack_head.h"
#include "ingest/serve/forward_time.h"

static void leave_group(struct sift_forward_entries *entries) {
  for (size_t i = 0; i < entries->variable_count; i++) {
    if (entries->variables[i].kind == SIFT_VARIABLE_FIELD) {
      entries->plain[i] = sift_span(NULL, 0);
    }
  }
}

/* What a group's record has, its entries have unless they tell otherwise themselves. */
static void enter_group(struct sift_forward_entries *entries) {
  leave_group(entries);
  for (size_t i = 0; i < entries->variable_count; i++) {
    if ((entries->group.found & 1U << i) != 0) {
      entries->plain[i] = entries->group.at[i];
    }
  }
}

void sift_forward_entries_begin(struct sift_forward_entries *entries, const struct sift_protocol_config *config,
                                const struct sift_live_sink *sink, const struct sift_forward_fields *fields, struct sift_span tag) {
  entries->config = config;
  entries->sink = sink;
  entries->fields = fields;
  entries->variables = sift_origin_variables(config->origin, &entries->variable_count);
  entries->invalid = 0;
  for (size_t i = 0; i < entries->variable_count; i++) {
    entries->plain[i] = sift_variable_plain(&entries->variables[i], config->peer, tag);
  }
}

static void damage(const struct sift_forward_entries *entries, enum sift_reason reason) {
  entries->sink->damage(entries->sink->context, reason, 1);
}

static enum sift_status tell(struct sift_forward_entries *entries, enum sift_forward_moment moment, int64_t time_ns) {
  struct sift_origin_scratch *scratch = &entries->config->scratch->origin;
  struct sift_live_record record = {.time_ns = time_ns};
  enum sift_status status = sift_origin_resolve(entries->config->origin, entries->values.at, scratch, &record);
  if (status != SIFT_OK) {
    return status;
  }
  if (scratch->bad_time || (moment == SIFT_MOMENT_BAD && record.time_ns == SIFT_TIME_NONE)) {
    damage(entries, SIFT_REASON_BAD_TIME);
  }
  if (record.text.data == NULL) {
    damage(entries, SIFT_REASON_JSON_TEXT);
    return SIFT_OK;
  }
  record.text.len -= record.text.len > 0 && record.text.data[record.text.len - 1] == '\n';
  if (record.text.len > entries->config->limits.line_bytes_max) {
    damage(entries, SIFT_REASON_RECORD_TOO_LONG);
    return SIFT_OK;
  }
  return entries->sink->record(entries->sink->context, &record);
}

static void skip(struct sift_cursor *cursor, uint32_t count) {
  for (uint32_t i = 0; i < count && cursor->fault == SIFT_FAULT_NONE; i++) {
    sift_take_any(cursor);
  }
}

static unsigned peek(const struct sift_cursor *cursor) {
  return cursor->at < cursor->end ? (unsigned char)*cursor->at : 0xC1;
}

/* The record that stands at the cursor, and `more` objects of its entry that nobody asked for. */
static enum sift_status take_record(struct sift_forward_entries *entries, struct sift_cursor *cursor,
                                    enum sift_forward_moment moment, int64_t time_ns, uint32_t more) {
  struct sift_forward_values *values = moment == SIFT_MOMENT_GROUP_BEGIN ? &entries->group : &entries->values;
  bool valid = sift_head_is_map(peek(cursor));
  values->found = 0;
  if (valid) {
    memcpy(values->at, entries->plain, entries->variable_count * sizeof *values->at);
    sift_forward_fields_take(entries->fields, cursor, values);
  } else {
    sift_take_any(cursor);
  }
  skip(cursor, more);
  if (cursor->fault != SIFT_FAULT_NONE) {
    return SIFT_OK;
  }
  if (moment == SIFT_MOMENT_GROUP_BEGIN) {
    enter_group(entries);
  } else if (moment == SIFT_MOMENT_GROUP_END) {
    leave_group(entries);
  } else if (valid) {
    return tell(entries, moment, time_ns);
  } else {
    entries->invalid++;
  }
  return SIFT_OK;
}

enum sift_status sift_forward_entries_take_one(struct sift_forward_entries *entries, struct sift_cursor *time_and_record) {
  int64_t time_ns = SIFT_TIME_NONE;
  enum sift_forward_moment moment = sift_forward_take_time(time_and_record, &time_ns);
  return take_record(entries, time_and_record, moment, time_ns, 0);
}

/* A time, or Fluent Bit's [time, metadata]. */
static enum sift_forward_moment take_moment(struct sift_cursor *cursor, int64_t *time_ns) {
  if (!sift_head_is_array(peek(cursor))) {
    return sift_forward_take_time(cursor, time_ns);
  }
  uint32_t count = sift_take_array(cursor, UINT32_MAX);
  if (count == 0) {
    return SIFT_MOMENT_BAD;
  }
  enum sift_forward_moment moment = sift_forward_take_time(cursor, time_ns);
  skip(cursor, count - 1);
  return moment;
}

enum sift_status sift_forward_entries_take(struct sift_forward_entries *entries, struct sift_cursor *cursor) {
  if (!sift_head_is_array(peek(cursor))) {
    sift_take_any(cursor);
    entries->invalid += cursor->fault == SIFT_FAULT_NONE;
    return SIFT_OK;
  }
  uint32_t count = sift_take_array(cursor, UINT32_MAX);
  if (count < 2) {
    skip(cursor, count);
    entries->invalid += cursor->fault == SIFT_FAULT_NONE;
    return SIFT_OK;
  }
  int64_t time_ns = SIFT_TIME_NONE;
  enum sift_forward_moment moment = take_moment(cursor, &time_ns);
  return take_record(entries, cursor, moment, time_ns, count - 2);
}
