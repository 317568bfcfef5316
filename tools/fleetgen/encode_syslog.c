#include "tools/fleetgen/encode_syslog.h"

enum { PRI = 16 * 8 + 6 /* local0.info */, PRI_PLATFORM = 16 * 8 + 5 /* local0.notice */, NODES = 48 };

#define PUT(out, literal) sift_gen_text_put((out), (literal), sizeof(literal) - 1)

void sift_gen_syslog_init(struct sift_gen_syslog *syslog, enum sift_gen_rfc rfc, enum sift_gen_framing framing) {
  *syslog = (struct sift_gen_syslog){.rfc = rfc, .framing = framing};
  sift_gen_text_init(&syslog->message);
}

void sift_gen_syslog_release(struct sift_gen_syslog *syslog) {
  sift_gen_text_release(&syslog->message);
}

static void channel_put(struct sift_gen_text *out, const struct sift_gen_record *record) {
  const char *name = sift_gen_channel_name(record->channel);
  sift_gen_text_put(out, name, strlen(name));
}

static void pri_put(struct sift_gen_text *out, const struct sift_gen_record *record) {
  PUT(out, "<");
  sift_gen_text_number(out, record->channel == SIFT_GEN_PLATFORM ? PRI_PLATFORM : PRI, 0);
  PUT(out, ">");
}

static void host_put(struct sift_gen_text *out, const struct sift_gen_record *record) {
  PUT(out, "ip-10-16-");
  sift_gen_text_number(out, record->index % NODES, 0);
  PUT(out, "-7 ");
}

/* Names of Spaces hold nothing that a value would have to escape. */
static void rfc5424_put(struct sift_gen_syslog *syslog, const struct sift_gen_record *record) {
  struct sift_gen_text *out = &syslog->message;
  pri_put(out, record);
  PUT(out, "1 ");
  sift_gen_time_put(out, &syslog->day, record->time_ns, SIFT_GEN_TIME_MICRO);
  PUT(out, " ");
  host_put(out, record);
  PUT(out, "spaces ");
  channel_put(out, record);
  PUT(out, " - [space@32473 id=\"");
  sift_gen_text_put(out, record->space.data, record->space.len);
  PUT(out, "\" channel=\"");
  channel_put(out, record);
  PUT(out, "\"] ");
  sift_gen_text_put(out, record->text.data, record->text.len);
}

/* Mmm dd hh:mm:ss, from 2025-03-16T18:46:14Z. */
static void bsd_date_put(struct sift_gen_syslog *syslog, int64_t time_ns) {
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  struct sift_gen_text *out = &syslog->message;
  size_t begin = out->len;
  sift_gen_time_put(out, &syslog->day, time_ns, SIFT_GEN_TIME_SECOND);
  if (out->failed) {
    return;
  }
  const char *iso = out->bytes + begin;
  size_t month = (size_t)((iso[5] - '0') * 10 + (iso[6] - '0') - 1);
  char date[15];
  memcpy(date, months + month * 3, 3);
  date[3] = date[6] = ' ';
  date[4] = iso[8] == '0' ? ' ' : iso[8];
  date[5] = iso[9];
  memcpy(date + 7, iso + 11, 8);
  out->len = begin;
  sift_gen_text_put(out, date, sizeof(date));
}

static void rfc3164_put(struct sift_gen_syslog *syslog, const struct sift_gen_record *record) {
  struct sift_gen_text *out = &syslog->message;
  pri_put(out, record);
  bsd_date_put(syslog, record->time_ns);
  PUT(out, " ");
  host_put(out, record);
  sift_gen_text_put(out, record->space.data, record->space.len);
  PUT(out, "[");
  channel_put(out, record);
  PUT(out, "]: ");
  sift_gen_text_put(out, record->text.data, record->text.len);
}

void sift_gen_syslog_put(struct sift_gen_syslog *syslog, struct sift_gen_text *out, const struct sift_gen_record *record) {
  sift_gen_text_clear(&syslog->message);
  if (syslog->rfc == SIFT_GEN_RFC5424) {
    rfc5424_put(syslog, record);
  } else {
    rfc3164_put(syslog, record);
  }
  if (syslog->framing == SIFT_GEN_COUNTED) {
    sift_gen_text_number(out, syslog->message.len, 0);
    PUT(out, " ");
  }
  sift_gen_text_put(out, syslog->message.bytes, syslog->message.len);
  if (syslog->framing == SIFT_GEN_LF) {
    PUT(out, "\n");
  }
  out->failed |= syslog->message.failed;
}
