/* What a connection's protocol finds goes to its loop. */
#include <string.h>

#include "ingest/serve/loop_internal.h"

static bool dropping(const struct sift_conn *conn) {
  return conn->loop->hub->drop_newest && sift_hub_over(conn->loop->hub);
}

static void drop(struct sift_conn *conn, struct sift_span space, uint64_t records) {
  sift_drops_count(conn->loop->hub->drops, space, records);
  sift_count(&conn->loop->counters.drops[SIFT_DROP_OVERFLOW], records);
  sift_loop_damage(conn->loop, conn->port_number, SIFT_REASON_OVERFLOW_DROPPED, records);
}

static struct sift_gather *gather_of(struct sift_conn *conn) {
  return &conn->loop->intakes[conn->port_number].gather;
}

/* After records were added: holds their memory, and scans when there are enough. */
static enum sift_status gathered(struct sift_conn *conn, uint32_t len_before) {
  struct sift_gather *gather = gather_of(conn);
  sift_loop_hold(conn->loop, gather->len - len_before);
  return sift_gather_full(gather) ? sift_loop_flush(conn->loop, conn->port_number) : SIFT_OK;
}

static enum sift_status on_record(void *context, const struct sift_live_record *record) {
  struct sift_conn *conn = context;
  if (dropping(conn)) {
    drop(conn, record->space, 1);
    return SIFT_OK;
  }
  struct sift_gather *gather = gather_of(conn);
  uint32_t stream = sift_loop_stream(conn->loop, conn->port_number, record->space, record->channel); /* may flush */
  uint32_t before = gather->len;
  enum sift_status status = sift_gather_record(gather, stream, record->text, record->time_ns);
  sift_count(&conn->loop->counters.listeners[conn->port_number].records, 1);
  return status == SIFT_OK ? gathered(conn, before) : status;
}

static enum sift_status on_text(void *context, struct sift_span space, struct sift_span channel, char *text, size_t len) {
  struct sift_conn *conn = context;
  struct sift_survey survey = sift_survey(text, len);
  if (dropping(conn)) {
    drop(conn, space, survey.newlines);
    return SIFT_OK;
  }
  uint32_t stream = sift_loop_stream(conn->loop, conn->port_number, space, channel);
  sift_count(&conn->loop->counters.listeners[conn->port_number].records, survey.newlines);
  if (len >= SIFT_RAW_BYTES) {
    return sift_loop_scan_raw(conn->loop, conn->port_number, stream, text, len, survey);
  }
  uint32_t before = gather_of(conn)->len;
  enum sift_status status = sift_gather_lines(gather_of(conn), stream, sift_span(text, len));
  return status == SIFT_OK ? gathered(conn, before) : status;
}

static void on_damage(void *context, enum sift_reason reason, uint64_t count) {
  struct sift_conn *conn = context;
  sift_loop_damage(conn->loop, conn->port_number, reason, count);
  sift_note_say(conn->loop->hub->note, SIFT_NOTE_DEBUG, SIFT_NOTE_DAMAGE, "%s from %s: %s", conn->port->bound, conn->peer,
                sift_reason_name(reason));
}

static bool on_chunk(void *context, struct sift_span id) {
  struct sift_conn *conn = context;
  uint64_t seq = 0;
  conn->chunk = sift_chunk_key(id);
  enum sift_chunk_state state = sift_chunk_ids_take(conn->loop->hub->ids, conn->chunk, sift_realtime_ns(), &seq);
  conn->chunk_kind = state == SIFT_CHUNK_ABSENT ? SIFT_CHUNK_OWN : SIFT_CHUNK_AGAIN;
  conn->chunk_seq = state == SIFT_CHUNK_TAKEN ? seq : 0;
  if (state != SIFT_CHUNK_ABSENT) {
    sift_count(&conn->loop->counters.drops[SIFT_DROP_DUPLICATE], 1);
  } else {
    sift_loop_chunk_begin(conn->loop);
  }
  return state == SIFT_CHUNK_ABSENT;
}

static enum sift_status on_ack(void *context, struct sift_span reply) {
  struct sift_conn *conn = context;
  enum sift_status status = SIFT_OK;
  if (conn->chunk_kind == SIFT_CHUNK_OWN) {
    status = sift_loop_chunk_done(conn->loop, conn->port_number, conn->chunk);
  }
  status = status == SIFT_OK ? sift_acks_add(conn, reply) : status;
  if (conn->chunk_kind == SIFT_CHUNK_OWN && status == SIFT_OK) {
    status = sift_loop_chunk_end(conn->loop, conn->port_number);
  }
  conn->chunk_kind = SIFT_CHUNK_NONE;
  return status;
}

static enum sift_status on_reply(void *context, struct sift_span reply) {
  struct sift_conn *conn = context;
  return sift_conn_send(conn, reply);
}

void sift_conn_sink(struct sift_conn *conn) {
  conn->sink = (struct sift_live_sink){
      .context = conn,
      .record = on_record,
      .text = on_text,
      .damage = on_damage,
      .chunk = on_chunk,
      .ack = on_ack,
      .reply = on_reply,
  };
}

/* The chunk under way will not be complete, as memory ran out. What was gathered of it is counted twice if it comes again. */
void sift_conn_forget_chunk(struct sift_conn *conn) {
  if (conn->chunk_kind == SIFT_CHUNK_OWN) {
    conn->loop->chunk_open = false;
    sift_chunk_ids_forget(conn->loop->hub->ids, conn->chunk);
    conn->chunk_kind = SIFT_CHUNK_NONE;
  }
}
