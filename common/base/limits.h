// Every bound of Gulou in one place, units last in the name. A bound that an operator may change
// has its default here and its setting in common/settings; the others are part of the design.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gulou::limits {

// Releases (design 5.1)
inline constexpr size_t id_bytes_max = 128;
inline constexpr size_t bundle_parts_max = 16;
inline constexpr size_t release_bytes_max = 1024 * 1024;         // canonical JSON of one part
inline constexpr size_t submission_bytes_max = 4 * 1024 * 1024;  // all parts and the envelope
inline constexpr size_t json_depth_max = 16;
inline constexpr size_t json_answer_depth_max = 64;  // of answers and platforms
inline constexpr size_t title_chars_max = 200;
inline constexpr size_t short_title_chars_max = 32;
inline constexpr size_t summary_chars_max = 120;
inline constexpr size_t keywords_max = 20;
inline constexpr size_t attachments_max = 64;
inline constexpr size_t attachment_bytes_max = 512ULL * 1024 * 1024;
inline constexpr size_t relations_max = 64;
inline constexpr size_t audience_max = 64;
inline constexpr size_t revision_max = 1'000'000;
inline constexpr size_t attachment_name_bytes_max = 100;
inline constexpr size_t element_chars_max = 10'000;  // an element of a guide, a question
inline constexpr size_t change_note_chars_max = 500;
inline constexpr size_t phrase_chars_max = 200;      // names, numbers and other one-line fields
inline constexpr size_t personal_data_max = 32;      // places named of one text
inline constexpr size_t approval_bytes_max = 8192;   // JSON of one
inline constexpr size_t approval_people_max = 4096;  // who may sign
inline constexpr size_t planned_phases_max = 8;
inline constexpr int64_t clock_ahead_ms_max = 10 * 60 * 1000;
inline constexpr size_t html_depth_max = 64;
inline constexpr size_t html_bytes_max = release_bytes_max;          // a body in normal form
inline constexpr size_t html_source_bytes_max = 4 * 1024 * 1024;     // what normalise takes
inline constexpr size_t html_tree_bytes_max = 128ULL * 1024 * 1024;  // one parse
inline constexpr size_t html_open_max = 640;  // open elements in a source; ten times a power of two
inline constexpr size_t html_attributes_max = 256;  // of one tag
inline constexpr size_t html_span_max = 1000;       // colspan, rowspan, start of a list
inline constexpr size_t html_reports_max = 64;      // kinds of dropped things told apart
inline constexpr size_t html_report_bytes_max = 32;
inline constexpr size_t link_bytes_max = 2048;
inline constexpr size_t settings_bytes_max = 4 * 1024 * 1024;  // one TOML file
inline constexpr size_t template_depth_max = 16;               // partials within partials

// Blobs
inline constexpr size_t blob_chunk_bytes = 256 * 1024;
inline constexpr int64_t blob_orphan_ms_max = 24LL * 3600 * 1000;
inline constexpr size_t blob_jobs_max = 64;      // chunks waiting for the blob thread
inline constexpr size_t blob_uploads_max = 256;  // unfinished uploads at once
inline constexpr size_t zip_directory_bytes_max = 1024 * 1024;  // looked at to tell its type
inline constexpr size_t ole_directory_sectors_max = 64;

// Wire (design 7)
inline constexpr size_t envelope_bytes_max = 256 * 1024;
inline constexpr size_t frame_bytes_max = 8 * 1024 * 1024;
inline constexpr size_t frames_max = 40;
inline constexpr size_t wire_list_items_max = 1024;  // in any list of an envelope
inline constexpr size_t wire_errors_max = 256;       // in one REFUSED
inline constexpr size_t approvals_max = 16;          // in one SUBMIT
inline constexpr size_t note_bytes_max = 4096;       // reasons and notes written by people
inline constexpr size_t sessions_max = 4096;
inline constexpr size_t credit_messages_max = 4096;
inline constexpr size_t deliver_entries_max = 256;        // deliveries in one DELIVER
inline constexpr size_t deliver_bytes_max = 1024 * 1024;  // body bytes in one DELIVER with several
inline constexpr int64_t ping_every_ms = 5'000;
inline constexpr int64_t idle_publisher_ms_max = 600'000;  // forgotten after; it may come back
inline constexpr int64_t session_silence_ms_max = 15'000;
inline constexpr size_t facts_inline_bytes_max = 16 * 1024;  // of a pass, without change of thread
inline constexpr size_t submissions_in_flight_max = 1024;    // per process, before UNAVAILABLE

// Core
inline constexpr size_t round_events_max = 512;
inline constexpr size_t rounds_in_flight_max = 2;
// To be committed behind another round. Not less than one publisher keeps outstanding: cut in three
// (one part being committed, one behind it, one in the making), each would wait for three syncs.
inline constexpr size_t round_events_enough = 128;
inline constexpr size_t read_entries_max = 256;  // entries considered by one Reader call
inline constexpr size_t due_rows_max = 256;      // due deliveries read at once
inline constexpr size_t open_leases_max = 65'536;
inline constexpr size_t tasks_max = 1024;  // questions of other threads to the broker thread
inline constexpr int64_t drain_ms_max = 10'000;
inline constexpr int64_t disk_look_every_ms = 5'000;
inline constexpr size_t body_cache_bytes = 8 * 1024 * 1024;
inline constexpr size_t recent_entries_max = 1024;     // headers of each lane kept in memory
inline constexpr size_t revisions_looked_at_max = 64;  // of one publication, at a hand-over
inline constexpr size_t leases_per_subscriber_max =
    2;  // batches in flight; urgent lanes get one more
inline constexpr size_t hand_overs_per_round_max = 2048;  // bounds the work of one round
inline constexpr size_t orphan_leases_per_round_max = 64;
inline constexpr int64_t blob_sweep_every_ms = 3600 * 1000;
inline constexpr int64_t predecessor_wait_ms = 1'000;
inline constexpr int64_t quota_wait_ms_min = 60'000;
inline constexpr uint32_t attempts_default = 12;
inline constexpr int64_t backoff_first_ms_default = 2'000;
inline constexpr int64_t backoff_ms_max_default = 3600 * 1000;
inline constexpr int64_t lease_ms_default = 60'000;
inline constexpr int64_t delivery_age_ms_max_default = 24LL * 3600 * 1000;
inline constexpr int64_t due_clamp_ms_max = 366LL * 24 * 3600 * 1000;
inline constexpr size_t attempt_text_bytes_max = 1024;  // code, sentence, platform id of one report
inline constexpr size_t platform_ids_max = 16;          // kept per delivery
inline constexpr size_t due_batch_max = 16;             // due deliveries handed over at once
inline constexpr size_t receipt_url_bytes_max = 2048;
inline constexpr int64_t gate_timeout_ms_default = 2LL * 3600 * 1000;
inline constexpr int64_t takedown_ms_max_default = 15LL * 60 * 1000;  // then it is overdue
inline constexpr int64_t call_ms_max_default = 20'000;                // one call of a platform
inline constexpr uint32_t circuit_failures_default = 5;  // in a row, before a channel is `failing`
inline constexpr int64_t probe_ms_default = 60'000;      // between probes of a channel that sleeps
inline constexpr int64_t probe_ms_max = 10LL * 60 * 1000;
inline constexpr size_t expiries_per_round_max = 64;
inline constexpr size_t retired_per_round_max = 256;    // deliveries cancelled in one round
inline constexpr size_t strict_rows_looked_at = 64;     // open rows that may keep a strict channel
inline constexpr size_t replay_jobs_max = 32;           // running at once
inline constexpr size_t replay_entries_per_round = 64;  // looked at by one job
inline constexpr size_t confirmations_max = 64;         // asked for and open at once
inline constexpr int64_t confirmation_ms_max = 72LL * 3600 * 1000;  // then nobody may give it
inline constexpr size_t confirmations_of_publishers_max = 32;       // of these
inline constexpr size_t confirmations_of_one_max = 16;              // asked for by one publisher
inline constexpr size_t confirmation_places_max = 32;  // of personal data, named in one
inline constexpr size_t erased_parts_per_round_max = 64;
inline constexpr int64_t destroy_retry_ms = 2'000;  // while somebody still reads an old file
inline constexpr uint32_t replay_per_minute_default = 600;
inline constexpr uint32_t replay_per_minute_max = 60'000;
inline constexpr size_t replay_sample_rows = 10;        // shown in a preview
inline constexpr size_t replay_preview_max = 5000;      // entries looked at for a preview
inline constexpr size_t seen_runs_looked_at = 100'000;  // for where one entry stands at a gate
inline constexpr size_t notices_max = 1024;             // causes remembered at once
inline constexpr int64_t notice_repeat_ms_default = 4LL * 3600 * 1000;
inline constexpr int64_t notice_look_every_ms = 5'000;
inline constexpr int64_t notice_call_ms_max = 15'000;
inline constexpr int64_t notice_after_ms_default =
    60'000;                                               // a cause must last, or be over, so long
inline constexpr int64_t notice_retry_ms_first = 30'000;  // after a message that did not leave
inline constexpr int64_t notice_retry_ms_max = 30LL * 60 * 1000;
inline constexpr int64_t notice_test_ms_max = 45'000;  // for all ways of a test together
inline constexpr size_t notice_answer_bytes_max = 64 * 1024;
inline constexpr size_t notice_jobs_max = 16;  // tests and answers waiting for the notifier

// Journal (design 6)
inline constexpr size_t write_buffer_bytes = 24 * 1024 * 1024;
inline constexpr size_t block_cache_bytes = 16 * 1024 * 1024;
inline constexpr uint64_t disk_free_bytes_min = 2ULL * 1024 * 1024 * 1024;
inline constexpr double disk_free_share_min = 0.10;
inline constexpr size_t wal_bytes_max = 24 * 1024 * 1024;  // replayed at start
inline constexpr size_t title_rows_max = 20'000;           // titles looked at by one search call
inline constexpr size_t blob_range_bytes_max = 4 * 1024 * 1024;  // read at once

// HTTP
inline constexpr size_t http_header_bytes_max = 16 * 1024;
inline constexpr size_t http_body_bytes_max = 8 * 1024 * 1024;
inline constexpr size_t http_connections_max = 256;
inline constexpr int64_t http_request_ms_max = 30'000;
inline constexpr int64_t http_idle_ms_max = 60'000;
inline constexpr int64_t http_answer_ms_max = 60'000;  // from complete request to answer
inline constexpr int64_t http_linger_ms_max = 2'000;   // reading on after a refusal, so it arrives
inline constexpr int64_t http_stop_ms_max = 2'000;     // for answers under way at stop
inline constexpr size_t http_bodies_bytes_max = 64 * 1024 * 1024;  // request bodies held at once
inline constexpr size_t http_refusals_max = 32;  // connections being told 503 at once
inline constexpr size_t http_query_params_max = 64;
inline constexpr size_t http_read_bytes = 16 * 1024;
inline constexpr size_t http_write_bytes = 256 * 1024;  // one write, each with its own deadline
inline constexpr size_t http_event_streams_max = 64;
inline constexpr size_t http_event_queue_bytes_max = 256 * 1024;  // per stream
inline constexpr int64_t http_event_beat_ms = 15'000;
inline constexpr size_t http_addresses_max = 4096;  // addresses whose request rate is remembered
inline constexpr uint32_t wrong_tokens_per_second_max = 10;        // of one address
inline constexpr uint32_t submissions_per_minute_max = 1'000'000;  // that principals.toml may say
inline constexpr size_t reloads_max = 16;                          // waiting to be carried out
inline constexpr int64_t validity_look_every_ms = 1'000;           // has somebody's last day ended?
inline constexpr int64_t cloned_key_ms_max = 600'000;              // shown after it was seen last
inline constexpr int64_t http_client_connect_ms_max = 5'000;
inline constexpr int64_t http_client_ms_default = 30'000;
inline constexpr size_t http_client_answer_bytes_default = 16 * 1024 * 1024;
inline constexpr size_t http_client_header_bytes_max = 64 * 1024;
inline constexpr int http_client_redirects_max = 5;
inline constexpr size_t page_rows_max = 200;
inline constexpr size_t page_rows_default = 50;
inline constexpr size_t find_rows_default = 20;
inline constexpr size_t admin_tasks_max = 512;          // requests waiting for a worker
inline constexpr size_t selector_bytes_max = 2048;      // a URL at most
inline constexpr size_t selector_candidates_max = 10;   // shown where a text fits several
inline constexpr size_t selector_releases_max = 2000;   // whose issuers a document number may have
inline constexpr size_t attention_releases_max = 2000;  // looked at for a channel without adapter
inline constexpr int64_t resolve_look_ms_max = 5'000;   // at the page of what was done by hand
inline constexpr size_t resolve_look_bytes_max = 4 * 1024 * 1024;
inline constexpr uint32_t attention_failures_min = 3;  // of one delivery, before a person is told

// Evidence (design 5.5)
inline constexpr int64_t checkpoint_every_ms = 3600LL * 1000;
inline constexpr uint64_t checkpoint_every_changesets = 4096;  // links of one change at most
inline constexpr size_t checkpoint_bytes_max = 4096;
inline constexpr size_t checkpoint_jobs_max = 64;
inline constexpr size_t evidence_releases_max = 200;                            // of one file
inline constexpr uint64_t evidence_attachment_bytes_max = 64ULL * 1024 * 1024;  // of one file
inline constexpr size_t archive_bytes_max = 256 * 1024 * 1024;
inline constexpr size_t archive_members_max = 20'000;
inline constexpr size_t archive_name_bytes_max = 256;

// Static site and screens
inline constexpr size_t site_index_bytes_max = 64 * 1024 * 1024;   // one segment, or the root
inline constexpr size_t site_content_bytes_max = 2 * 1024 * 1024;  // a record and its release
inline constexpr size_t site_page_items = 20;
inline constexpr size_t site_card_items = 6;
inline constexpr size_t site_feed_items = 30;
inline constexpr size_t site_sitemap_urls = 10'000;
inline constexpr size_t site_urgent_items = 3;
inline constexpr int64_t site_urgent_ms = 3LL * 24 * 3600 * 1000;  // on top of the home page
inline constexpr size_t screen_items_max = 500;                    // held by a screen
inline constexpr size_t screen_playlist_max = 30;                  // shown in turn
inline constexpr size_t screen_full_text_chars = 1500;  // longer texts: summary and QR code
inline constexpr int64_t screen_takeover_ms = 2LL * 3600 * 1000;  // an urgent item shows alone

// Media outlets and Weibo
inline constexpr size_t feed_items = 100;  // of the feed; older ones stay with their packets
inline constexpr size_t feed_packet_bytes_max = 128 * 1024 * 1024;  // pictures, files and text
inline constexpr size_t feed_record_bytes_max = 4 * 1024 * 1024;
inline constexpr uint64_t feed_log_bytes_max = 16 * 1024 * 1024;  // then the older half goes
inline constexpr int64_t feed_call_ms_max = 6'000;                // one webhook or mail
inline constexpr int64_t feed_look_ms = 30'000;  // between looks for an acknowledgement
inline constexpr size_t feed_answer_bytes_max = 64 * 1024;
inline constexpr int64_t weibo_call_ms_max = 6'000;
inline constexpr size_t weibo_answer_bytes_max = 2 * 1024 * 1024;
inline constexpr size_t weibo_picture_bytes_max = 5 * 1024 * 1024 - 1;
inline constexpr size_t weibo_status_chars_max = 140;
inline constexpr int weibo_timeline_pages_max = 5;  // of 100: how far back a post is looked for

// Adapters
inline constexpr int64_t lease_margin_ms = 5'000;  // a lease must outlast a call by this
inline constexpr size_t late_reports_max = 64;     // successes told after a lost session
inline constexpr int64_t adapter_retry_ms_first = 1'000;
inline constexpr int64_t adapter_retry_ms_max = 30'000;

}  // namespace gulou::limits
