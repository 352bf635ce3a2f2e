//! The door: nothing costly or forged gets in. Every attack of groups 1 to 4 and 6 of the threats has its
//! row in `SHOWN`: the tests that make it, or in words why there is none. Attacks go against a process
//! of its own under a limit of its address space (`attack`); what is left of it is judged after each.

mod amount;
mod attack;
mod crossing;
mod document;
mod fuzz;
mod graph;
mod http;
mod imports;
mod introspection;
mod overload;
mod pages;
mod raw;
mod requests;
mod search;
mod slow;
mod socket;
mod waits;
mod weight;

use crate::process::project;

/// What shows that an attack is stood.
enum Shown {
    /// These tests, each by its file below `tests/it`, or from `src/` on, and its name.
    By(&'static [&'static str]),
    /// No test of this folder, for this reason.
    Because(&'static str),
}

use Shown::{Because, By};

const SHOWN: &[(&str, Shown)] = &[
    ("H01", By(&["door/http::bodies_larger_than_the_limit_are_not_read"])),
    ("H02", By(&["door/http::lengths_that_are_none"])),
    (
        "H03",
        By(&[
            "door/http::nothing_is_smuggled_behind_a_request",
            "edge_connections::behind_a_padded_length_heads_are_judged_and_timed",
        ]),
    ),
    ("H04", By(&["door/http::heads_larger_than_the_limit"])),
    ("H05", By(&["door/http::bytes_that_are_no_http"])),
    ("H06", By(&["door/slow::sixty_slow_heads_are_closed_in_time"])),
    ("H07", By(&["door/slow::sixty_slow_bodies_are_closed_in_time"])),
    ("H08", By(&["door/slow::sixty_idle_connections_are_closed_in_time", "door/slow::whoever_does_not_read_is_gone"])),
    (
        "H09",
        By(&[
            "door/slow::thousands_of_idle_connections_are_borne",
            "door/slow::where_there_are_too_many_the_longest_idle_one_goes",
        ]),
    ),
    ("H10", By(&["door/http::encodings_that_are_no_utf_8"])),
    ("H11", By(&["door/http::json_that_is_none_or_not_what_is_asked_for"])),
    ("H12", By(&["door/http::compressed_bodies_are_not_unpacked"])),
    ("H13", By(&["door/crossing::no_method_but_get_and_post"])),
    (
        "H14",
        By(&[
            "door/crossing::nothing_a_form_can_send_is_carried_out",
            "door/crossing::pages_of_other_origins_carry_out_nothing",
        ]),
    ),
    ("H15", By(&["door/crossing::no_mutation_comes_by_address"])),
    (
        "H16",
        By(&[
            "door/crossing::foreign_pages_are_promised_nothing_and_nobody_is_reflected",
            "door/crossing::origins_that_are_named_may_and_no_others",
        ]),
    ),
    ("H17", By(&["door/crossing::arrays_of_requests_are_not_taken"])),
    ("H18", By(&["door/crossing::no_hash_stands_for_a_document_that_is_not_its_own"])),
    (
        "H19",
        Because("tests/web/audit.mjs asks all 61 audits of graphql-http; script/test runs it and fails on a warning"),
    ),
    ("H20", By(&["door/http::http_2_is_not_spoken"])),
    (
        "Q01",
        By(&[
            "door/document::nesting_never_reaches_the_end_of_the_stack",
            "door/document::variables_nest_no_deeper_than_their_types",
        ]),
    ),
    (
        "Q02",
        By(&[
            "door/document::long_documents_are_refused_by_length_or_by_tokens",
            "door/weight::documents_that_are_wrong_only_at_their_end_are_refused_at_once",
        ]),
    ),
    (
        "Q03",
        By(&[
            "door/document::fragments_neither_circle_nor_double",
            "door/weight::documents_that_are_wrong_only_at_their_end_are_refused_at_once",
        ]),
    ),
    (
        "Q04",
        By(&[
            "door/document::fragments_neither_circle_nor_double",
            "door/requests::every_operation_is_judged_not_only_the_one_that_runs",
            "door/weight::fragments_cost_what_they_hold",
        ]),
    ),
    ("Q05", By(&["door/document::directives_are_counted"])),
    ("Q06", By(&["door/document::aliases_multiply_nothing"])),
    ("Q07", By(&["door/document::equal_fields_are_compared_within_bounds"])),
    (
        "Q08",
        By(&[
            "door/introspection::introspection_in_circles_is_refused",
            "door/document::introspection_of_graphiql_and_every_example_pass",
        ]),
    ),
    (
        "Q09",
        By(&[
            "door/introspection::where_the_schema_is_not_public_nothing_of_it_is_told",
            "door/weight::wrong_variables_teach_no_names",
        ]),
    ),
    ("Q10", By(&["door/amount::types_that_refer_to_each_other_end"])),
    ("Q11", By(&["door/amount::amplification_is_refused_before_it_runs"])),
    ("Q12", By(&["door/amount::amplification_is_refused_before_it_runs"])),
    ("Q13", By(&["door/amount::sizes_that_are_not_given_count_as_their_defaults"])),
    ("Q14", By(&["door/amount::sizes_are_from_one_to_a_hundred"])),
    (
        "Q15",
        By(&[
            "door/amount::arguments_are_what_their_types_say",
            "door/weight::variables_weigh_as_often_as_they_are_named",
        ]),
    ),
    (
        "Q16",
        By(&[
            "door/amount::one_operation_runs_and_it_is_named",
            "door/weight::each_operation_is_judged_with_its_own_variables",
        ]),
    ),
    ("Q17", By(&["door/amount::answers_are_bounded"])),
    ("Q18", By(&["door/graph::what_nobody_waits_for_any_more_stops", "door/weight::what_was_given_up_is_charged_too"])),
    ("Q19", By(&["door/fuzz::documents_of_chance_are_answered_within_their_price"])),
    ("Q20", By(&["door/fuzz::changed_bytes_are_answered_in_form"])),
    ("W01", By(&["socket::every_close_has_the_code_of_the_protocol", "socket::who_does_not_greet_is_closed_in_time"])),
    ("W02", By(&["socket::bytes_that_are_no_socket", "door/socket::frames_of_twenty_megabytes_cost_nothing"])),
    (
        "W03",
        By(&[
            "socket::a_socket_has_so_many_operations_and_the_service_so_many_sockets",
            "socket::sockets_dropped_without_a_word_leave_no_descriptor",
            "door/socket::two_thousand_subscriptions_on_one_socket_are_refused_but_for_a_few",
            "door/socket::a_client_has_so_many_sockets_and_gets_them_back",
            "door/weight::wrong_tokens_are_counted_on_sockets",
        ]),
    ),
    (
        "W04",
        By(&[
            "socket::who_never_reads_is_dropped_and_who_never_answers_a_ping_too",
            "socket_changes::a_burst_comes_in_bounded_messages_that_can_be_gone_on_from",
        ]),
    ),
    ("W05", By(&["door/socket::a_token_that_is_taken_back_ends_what_it_opened"])),
    ("W06", By(&["door/socket::sockets_of_foreign_pages_are_refused"])),
    ("S01", By(&["door/search::nothing_in_a_text_is_an_operator"])),
    ("S02", By(&["door/search::long_texts_are_refused_and_odd_ones_find_nothing"])),
    ("S03", By(&["door/search::long_texts_are_refused_and_odd_ones_find_nothing"])),
    ("S04", By(&["door/search::what_looks_the_same_is_found_the_same"])),
    ("S05", By(&["door/search::scripts_are_stored_and_shown_as_text", "door/search::nobody_writes_lines_of_the_log"])),
    ("S06", By(&["door/search::what_may_not_be_read_cannot_be_found_out_by_asking"])),
    ("G01", By(&["door/graph::a_hub_of_very_many_ties_is_walked_within_bounds"])),
    ("G02", By(&["door/graph::paths_through_a_dense_group_are_short_and_few"])),
    (
        "G03",
        By(&[
            "door/graph::short_questions_are_answered_while_long_ones_run",
            "door/weight::long_lists_of_relations_hold_nobody_up",
            "door/weight::who_floods_keeps_nobody_else_waiting",
        ]),
    ),
    ("G04", By(&["door/pages::cursors_that_were_changed_are_refused"])),
    ("G05", By(&["door/pages::pages_neither_skip_nor_repeat_while_somebody_writes"])),
    ("G06", By(&["door/pages::counts_are_exact_and_priced"])),
    (
        "I01",
        By(&[
            "import_plan::exactly_the_planted_cells_are_refused_and_put_right_they_pass",
            "import_plan::what_refers_to_a_refused_row_says_so",
            "import_staged::refusals_are_gathered_whole_and_nothing_is_left",
            "intake::rows_add_up",
            "refusals::every_refusal_is_met_and_changes_nothing",
            "src/intake/tests::rows_without_headers_are_refused_rows",
        ]),
    ),
    (
        "I02",
        By(&[
            "src/intake/encoding::each_encoding_is_told_by_what_it_holds",
            "src/intake/encoding::what_would_be_garbled_is_refused",
            "src/intake/tests::the_same_table_in_every_encoding_and_with_every_line_end",
        ]),
    ),
    (
        "I03",
        By(&[
            "import_plan::of_two_who_carry_out_plans_for_the_same_rows_one_wins",
            "import_staged::two_imports_at_once_come_to_what_one_after_the_other_comes_to",
            "import_staged::nothing_of_it_is_seen_before_all_of_it_is",
            "import_staged::what_others_took_meanwhile_is_refused_and_nothing_is_written",
            "intake::every_rule_names_its_place",
        ]),
    ),
    ("I04", By(&["intake::every_rule_names_its_place", "refusals::every_refusal_is_met_and_changes_nothing"])),
    (
        "I05",
        By(&[
            "src/intake/date::dates_as_tables_write_them",
            "src/intake/date::day_numbers_of_both_systems",
            "src/intake/tests::cells_of_a_spreadsheet_are_dates_or_reasons",
        ]),
    ),
    (
        "I06",
        By(&[
            "src/intake/tests::cells_of_a_spreadsheet_are_dates_or_reasons",
            "src/domain/formula::what_begins_a_formula_no_longer_does",
            "src/domain/formula::reading_back_is_the_inverse",
            "src/export/tests::csv_has_its_mark_its_heads_and_no_formula",
            "src/export/tests::a_workbook_has_texts_numbers_dates_and_no_formula",
        ]),
    ),
    (
        "I07",
        By(&[
            "door/imports::bombs_entities_and_names_that_climb_take_no_memory",
            "door/imports::what_is_packed_is_not_unpacked",
            "registries::a_packed_file_is_no_larger_than_a_file_may_be",
            "src/intake/tests::bombs_and_strangers_are_refused",
            "src/intake/tests::what_the_directory_says_of_sizes_is_not_believed",
        ]),
    ),
    (
        "I08",
        By(&[
            "import_staged::nothing_of_it_is_seen_before_all_of_it_is",
            "import_staged::others_write_meanwhile_and_it_is_decided_again_on_what_they_wrote",
            "import_staged::whoever_says_stop_in_the_middle_leaves_nothing",
        ]),
    ),
    (
        "I09",
        By(&[
            "faults/import::an_import_killed_or_cut_anywhere_is_there_whole_or_not_at_all_and_goes_on",
            "faults/import::an_import_on_a_disk_that_fails_leaves_nothing_half_done",
            "faults/import::a_stage_that_was_damaged_is_never_believed",
            "faults/import::another_import_takes_the_place_of_one_that_was_killed",
        ]),
    ),
    (
        "I10",
        By(&[
            "door/imports::cells_and_tables_without_end_take_no_memory",
            "src/intake/number::amounts_in_units_are_exact",
            "src/intake/tests::text_files_that_mean_harm_are_refused_at_their_place",
        ]),
    ),
];

#[test]
fn every_attack_has_its_test_or_its_reason() {
    let groups = [('H', 20), ('Q', 20), ('W', 6), ('S', 6), ('G', 6), ('I', 10)];
    let wanted: Vec<String> =
        groups.iter().flat_map(|(group, last)| (1..=*last).map(move |number| format!("{group}{number:02}"))).collect();
    let rows: Vec<&str> = SHOWN.iter().map(|(id, _)| *id).collect();
    assert_eq!(rows, wanted, "a row an attack, in order");
    for (id, shown) in SHOWN {
        match shown {
            Because(reason) => assert!(reason.split_whitespace().count() > 5, "{id}: a reason is a sentence"),
            By(tests) => {
                assert!(!tests.is_empty(), "{id}");
                tests.iter().for_each(|test| assert!(stands(test), "{id}: there is no test {test}"));
            }
        }
    }
}

/// Is there a test of that name in that file?
fn stands(test: &str) -> bool {
    let (file, name) = test.split_once("::").expect("file::name");
    let below = if file.starts_with("src/") { project("") } else { project("tests/it") };
    let text = std::fs::read_to_string(below.join(format!("{file}.rs"))).unwrap_or_default();
    ["", "    "].iter().any(|room| text.contains(&format!("{room}#[test]\n{room}fn {name}()")))
}
