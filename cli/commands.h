#pragma once

#include "cli/command.h"

namespace shomei::cli {

void add_card_commands(const Command& top);
void add_session_commands(const Command& top);
void add_sign_command(const Command& top);
void add_extend_command(const Command& top);
/// `signature submit`, `list`, `status`, `fetch`, `remove`.
void add_signature_commands(const Command& top);
void add_verify_command(const Command& top);
void add_certificate_commands(const Command& top);
void add_crl_commands(const Command& top);
void add_ocsp_commands(const Command& top);
void add_token_commands(const Command& top);
void add_admin_commands(const Command& top);
void add_diagnose_command(const Command& top);
/// `completion bash` and `manual`: generated from the tree of commands that hangs below `top`.
void add_help_commands(const Command& top);

}  // namespace shomei::cli
