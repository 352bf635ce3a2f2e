//! Every limit, with its unit and its default: what an operator may want to change. Nothing
//! that belongs to a format or to a ranking stands here.

use serde::{Deserialize, Serialize};

/// The limits. Counts are entries unless the name says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Bytes of a request body.
    pub body_bytes: usize,
    /// Bytes of an answer.
    pub answer_bytes: usize,
    /// Bytes of a document.
    pub document_bytes: usize,
    /// Tokens of a document.
    pub document_tokens: usize,
    /// Bytes of a name or a number in a document.
    pub name_bytes: usize,
    /// Nesting of selections.
    pub depth: usize,
    /// Fields and fragments of a document once its fragments are written out.
    pub expanded_fields: u64,
    /// Root fields of an operation.
    pub root_fields: usize,
    /// Mutations of an operation.
    pub mutations: usize,
    /// Characters of one text of a mutation.
    pub text_characters: usize,
    /// Entries of one list of a mutation.
    pub list_entries: usize,
    /// Aliases in a document, its fragments written out.
    pub aliases: u64,
    /// Values in the arguments of a document, variables counted at every place where they stand.
    pub argument_values: u64,
    /// Directives in a document.
    pub directives: usize,
    /// The price of a document, in rows: what its fields cost at most, and what its walks may take.
    pub price: u64,
    /// Rows that the walks, lists and searches of one request may visit together; part of the price.
    pub walk_rows: u64,
    /// Documents kept parsed.
    pub known_documents: usize,
    /// Bytes of their texts.
    pub known_bytes: usize,
    /// Entries that an introspection may answer with.
    pub introspection: u64,
    /// Conditions of all filters of a document.
    pub filter_conditions: usize,
    /// Entries a page.
    pub page: u32,
    /// Steps of a path.
    pub path_length: u32,
    /// Paths an answer.
    pub paths: u32,
    /// Steps of a neighbourhood.
    pub neighborhood_depth: u32,
    /// Nodes of a neighbourhood.
    pub neighborhood_nodes: u32,
    /// Cells of one statistics.
    pub statistics_cells: u32,
    /// Ids asked for at once.
    pub ids: u32,
    /// Characters of a need described in free words.
    pub wish_characters: usize,
    /// Documents compared with the words of a need.
    pub evidence_documents: usize,
    /// Joint works compared with the words of a need; all that fit as well as the last come with them.
    pub evidence_works: usize,
    /// Joint works compared with the words of earlier works; all that fit as well as the last come with them.
    pub past_works: usize,
    /// Rows looked at to gather the joint works of a day, once for all who ask.
    pub ground_rows: u64,
    /// Rows of a price, without what walks may take, from which on a document counts as long work.
    pub heavy_price: u64,
    /// Documents of long work that run at the same time.
    pub heavy_at_once: usize,
    /// Documents of long work that wait for their turn.
    pub heavy_queue: usize,
    /// Milliseconds that one of them waits at most; who would wait longer is told at once.
    pub heavy_wait_ms: u64,
    /// How far the threads of long work stand back where processors are short; 0 not at all, 19 most.
    pub heavy_nice: u8,
    /// Shapes of documents that needed a turn, kept so that others like them can be refused unread.
    pub heavy_shapes: usize,
    /// Milliseconds a request may take before it is given up.
    pub request_ms: u64,
    /// Connections open at the same time; where there are more, the one that has idled longest is closed.
    pub connections: usize,
    /// Bytes of the line and the headers of a request.
    pub header_bytes: usize,
    /// Headers of a request.
    pub headers: usize,
    /// Milliseconds within which the headers of a request arrive.
    pub header_ms: u64,
    /// Milliseconds within which the body of a request arrives.
    pub body_ms: u64,
    /// Milliseconds that a connection may be kept without a request.
    pub idle_ms: u64,
    /// Milliseconds that an answer may lie unread; who does not read is gone.
    pub write_ms: u64,
    /// Milliseconds that what runs may take to be answered when the service stops.
    pub stop_ms: u64,
    /// Bytes from which on an answer is compressed where the client takes that.
    pub compress_bytes: u16,
    /// Milliseconds from which on an answer is told of in the log though it went well; 0 tells of all.
    pub log_slow_ms: u32,
    /// Requests a minute of one client: a token's holder, or an address; 0 = any number.
    pub client_requests: u32,
    /// Rows a minute of one client; 0 = any number.
    pub client_rows: u64,
    /// Requests of one client at the same time; 0 = any number.
    pub client_at_once: u32,
    /// Clients remembered; the one heard of longest ago is forgotten.
    pub clients: usize,
    /// WebSockets of one client at the same time.
    pub client_sockets: u32,
    /// WebSockets open at the same time.
    pub sockets: u32,
    /// Operations open at the same time on one socket.
    pub socket_subscriptions: usize,
    /// Milliseconds within which a new socket says `connection_init`.
    pub socket_init_ms: u64,
    /// Milliseconds between two pings; who says nothing in between is gone.
    pub socket_ping_ms: u64,
    /// Milliseconds that sending a message may take; whoever does not read is gone.
    pub socket_send_ms: u64,
    /// Milliseconds that what runs on a socket may take to be answered when the service stops, and
    /// that the peer may take to confirm a close.
    pub socket_close_ms: u64,
    /// Changes a subscription may lag behind before it is told to refetch.
    pub subscription_backlog: usize,
    /// Changes a message.
    pub subscription_batch: u32,
    /// Milliseconds between two readings of one subscription, however busy the writer is.
    pub subscription_pause_ms: u64,
    /// Milliseconds a question waits for the search index to come to its `minSequence`.
    pub search_wait_ms: u64,
    /// Writes that may wait for the writer.
    pub write_queue: usize,
    /// Writes that share one sync.
    pub write_group: usize,
    /// Copies of the state kept beside the published one.
    pub state_copies: usize,
    /// Entries of the ledger between two checkpoints; 0 = none are made.
    pub checkpoint_entries: u64,
    /// Different moments of `knownAt` in a document.
    pub past_moments: usize,
    /// Past states that are kept for `knownAt`.
    pub past_states: usize,
    /// Bytes of all of them together, as estimated from their rows.
    pub past_bytes: u64,
    /// Changes that may be carried out again to come to a past state.
    pub past_changes: u64,
    /// Milliseconds that a question with `knownAt` may wait while another past state is being built.
    pub past_wait_ms: u64,
    /// Bytes of an import file.
    pub import_file_bytes: usize,
    /// Bytes of an import cell.
    pub import_cell_bytes: usize,
    /// Columns of an import file.
    pub import_columns: usize,
    /// Bytes of a workbook once it is inflated.
    pub import_workbook_bytes: usize,
    /// Entries of a workbook's archive.
    pub import_workbook_parts: usize,
    /// Cells of a workbook, and texts that its cells share.
    pub import_workbook_cells: usize,
    /// Refusals that a dry run tells one by one; the others are counted.
    pub import_refusals: usize,
    /// Events after which what was decided of an import is put on the disk, so that it need not be decided again.
    pub import_stage_events: usize,
    /// Milliseconds that a write waits for an import that nobody may come in between of.
    pub import_wait_ms: u64,
    /// Things whose changes a dry run tells one by one; the others are counted.
    pub import_changes: usize,
    /// New entries that look like known ones that a dry run tells of.
    pub import_warnings: usize,
    /// Rows that may be looked at to find them.
    pub import_compared: u64,
    /// Bytes of a file that is uploaded.
    pub upload_bytes: usize,
    /// Uploads that are read or carried out at the same time.
    pub uploads_at_once: usize,
    /// Milliseconds within which an upload arrives.
    pub upload_ms: u64,
    /// Rows of a file that a document goes out as.
    pub export_rows: usize,
    /// Bytes of the answers that such a file is made of.
    pub export_bytes: usize,
    /// Milliseconds within which such a file is gathered.
    pub export_ms: u64,
    /// Tokens kept, revoked ones included.
    pub tokens: usize,
    /// People whose data one name may read in full within an hour; 0 = nobody reads any.
    pub reveals: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 256 * 1024,
            answer_bytes: 8 * 1024 * 1024,
            document_bytes: 64 * 1024,
            document_tokens: 4_000,
            name_bytes: 100,
            depth: 16,
            expanded_fields: 5_000,
            root_fields: 20,
            mutations: 10,
            text_characters: 10_000,
            list_entries: 100,
            aliases: 200,
            argument_values: 10_000,
            directives: 50,
            price: 600_000,
            walk_rows: 400_000,
            known_documents: 1_000,
            known_bytes: 1024 * 1024,
            introspection: 2_000_000,
            filter_conditions: 60,
            page: 100,
            path_length: 6,
            paths: 10,
            neighborhood_depth: 4,
            neighborhood_nodes: 500,
            statistics_cells: 1_000,
            ids: 100,
            wish_characters: 4_000,
            evidence_documents: 300,
            evidence_works: 100,
            past_works: 800,
            ground_rows: 20_000_000,
            heavy_price: 3_000,
            heavy_at_once: 3,
            heavy_queue: 256,
            heavy_wait_ms: 1_000,
            heavy_nice: 5,
            heavy_shapes: 4_096,
            request_ms: 10_000,
            connections: 20_000,
            header_bytes: 32 * 1024,
            headers: 100,
            header_ms: 10_000,
            body_ms: 20_000,
            idle_ms: 60_000,
            write_ms: 20_000,
            stop_ms: 10_000,
            compress_bytes: 1_024,
            log_slow_ms: 1_000,
            client_requests: 60_000,
            client_rows: 200_000_000,
            client_at_once: 512,
            clients: 10_000,
            client_sockets: 400,
            sockets: 500,
            socket_subscriptions: 20,
            socket_init_ms: 3_000,
            socket_ping_ms: 30_000,
            socket_send_ms: 10_000,
            socket_close_ms: 1_000,
            subscription_backlog: 1_000,
            subscription_batch: 100,
            subscription_pause_ms: 20,
            search_wait_ms: 2_000,
            write_queue: 2_048,
            write_group: 512,
            state_copies: 3,
            checkpoint_entries: 10_000,
            past_moments: 2,
            past_states: 4,
            past_bytes: 1 << 30,
            past_changes: 2_000_000,
            past_wait_ms: 3_000,
            import_file_bytes: 1024 * 1024 * 1024,
            import_cell_bytes: 64 * 1024,
            import_columns: 200,
            import_workbook_bytes: 64 * 1024 * 1024,
            import_workbook_parts: 1_000,
            import_workbook_cells: 2_000_000,
            import_refusals: 1_000,
            import_stage_events: 20_000,
            import_wait_ms: 2_000,
            import_changes: 1_000,
            import_warnings: 200,
            import_compared: 5_000_000,
            upload_bytes: 32 * 1024 * 1024,
            uploads_at_once: 2,
            upload_ms: 120_000,
            export_rows: 20_000,
            export_bytes: 64 * 1024 * 1024,
            export_ms: 60_000,
            tokens: 1_000,
            reveals: 30,
        }
    }
}
