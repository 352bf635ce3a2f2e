//! `innograph serve`.

use std::process::ExitCode;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::exit;
use super::token::first_token;
use crate::accounts::Accounts;
use crate::api::ApiError;
use crate::api::admission::Trusted;
use crate::api::http::{Service, listen, malformed_origin, router};
use crate::config::Config;
use crate::domain::Rejection;
use crate::engine::{Engine, PersonalStanding};
use crate::tokens::Tokens;

/// Serve until SIGTERM or Ctrl-C.
pub fn serve(config: &Config) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(cause) => {
            eprintln!("无法启动 cannot start: {cause}");
            return ExitCode::from(exit::FAILED);
        }
    };
    runtime.block_on(run(config))
}

async fn run(config: &Config) -> ExitCode {
    if let Some((zh, en)) = config.unsound() {
        eprintln!("{zh}{en}");
        return ExitCode::from(exit::USAGE);
    }
    let trusted = match trusted(config) {
        Ok(trusted) => trusted,
        Err(error) => {
            eprintln!("{} {} {}", error.code, error.zh, error.en);
            return ExitCode::from(exit::USAGE);
        }
    };
    if let Some(origin) = malformed_origin(&config.origins) {
        eprintln!(
            "设置 origins 里的 {origin:?} 不是来源：只写协议、主机（中文域名写成 xn--…）和端口，如 https://portal.example.cn。{origin:?} in the setting origins is no origin: scheme, host and port alone, like https://portal.example.cn."
        );
        return ExitCode::from(exit::USAGE);
    }
    let engine = match Engine::open_kept(&config.data, &config.personal_directory(), config.limits.engine()) {
        Ok(engine) => Arc::new(engine),
        Err(error) => {
            eprintln!("{error}");
            return exit::of_open(&error);
        }
    };
    if let Some(found) = engine.view().state().name().filter(|found| *found != config.store_name) {
        let rejection = Rejection::OtherStore { given: config.store_name.clone(), found: found.to_owned() };
        eprintln!("{} {}", rejection.zh(), rejection.en());
        return ExitCode::from(exit::USAGE);
    }
    if engine.is_read_only() {
        eprintln!(
            "数据目录不可写，只读打开。The data directory {} cannot be written; the store is open for reading only.",
            config.data.display()
        );
    }
    warn_of_keys(&engine, config);
    let listener = match TcpListener::bind(config.listen).await {
        Ok(listener) => listener,
        Err(cause) => {
            eprintln!(
                "无法监听 {}：{cause}。请换一个地址（--listen）或停掉占用它的程序。Cannot listen on {}: {cause}. Choose another address with --listen, or stop the program that has it.",
                config.listen, config.listen
            );
            return ExitCode::from(exit::ADDRESS);
        }
    };
    let address = listener.local_addr().unwrap_or(config.listen);
    if !address.ip().is_loopback() {
        tracing::warn!(%address, "listening beyond this machine");
    }
    let stopped = match stopped() {
        Ok(stopped) => stopped,
        Err(cause) => {
            eprintln!("无法启动 cannot start: {cause}");
            return ExitCode::from(exit::FAILED);
        }
    };
    let indexing = Arc::clone(&engine);
    tokio::task::spawn_blocking(move || {
        if let Err(error) = indexing.index() {
            tracing::error!(%error, "the search index could not be built");
        }
    });
    println!("科创图谱 innograph: {} http://{address}/", config.store_name_zh());
    println!("查询台 playground:  http://{address}/playground");
    println!("GraphQL:            http://{address}/graphql");
    let first = if engine.is_read_only() { None } else { first_token(&config.data, config.limits.tokens) };
    if let Some(token) = first {
        println!();
        println!("管理员令牌（仅显示这一次，请妥善保存）administrator token (shown this once, keep it safe):");
        println!("    {token}");
        println!(
            "写入时作为请求头发送；只查公开数据不需要。Send it as a header to write; reading public data needs none:"
        );
        println!("    Authorization: Bearer <令牌 token>");
        println!("另建、撤销 make more, revoke: innograph token create|list|revoke --data {}", config.data.display());
    }
    let tokens = Arc::new(Tokens::open(&config.data));
    warn_of(&tokens);
    let accounts = Arc::new(Accounts::open(&config.data, &config.accounts));
    warn_of_accounts(&accounts);
    let mut service = Service::new(engine, config).with_tokens(tokens).with_accounts(accounts);
    if let Some(trusted) = trusted {
        service = service.with_trusted(Arc::new(trusted));
    }
    if let Some(fault) = service.sign_on_fault() {
        eprintln!(
            "OIDC_KEYS 单点登录的密钥文件 oidc.jwks_file 不可用（{fault}）：它的令牌都不被接受，直到文件可用；不必重启。The file of keys oidc.jwks_file cannot be used ({fault}): no token of the sign-on service counts until it can; no restart is needed."
        );
    }
    let service = Arc::new(service);
    let closing = Arc::clone(&service);
    let signal = async move {
        stopped.await;
        closing.stop_sockets();
    };
    listen(listener, router(Arc::clone(&service)), &config.limits, signal).await;
    service.sockets_stopped().await;
    ExitCode::from(exit::OK)
}

/// The documents of the manifest, where there is one.
fn trusted(config: &Config) -> Result<Option<Trusted>, ApiError> {
    match &config.trusted_documents {
        Some(path) => Trusted::open(path, &config.limits).map(Some),
        None if config.trusted_only => Err(ApiError::new(
            "TRUSTED_MISSING",
            "设置了 trusted_only，却没有 trusted_documents：这样什么都不能查。请给出清单（innograph documents）。",
            "trusted_only is set without trusted_documents, so that nothing could be asked. Name a manifest (innograph documents).",
        )),
        None => Ok(None),
    }
}

/// What is wrong with the file of tokens. Reading goes on all the same.
fn warn_of(tokens: &Tokens) {
    if let Some(reason) = tokens.damage() {
        eprintln!(
            "TOKENS_DAMAGED {path} 不可信（{reason}）：所有令牌都不被接受，公开查询不受影响。移走它再用 innograph token create 新建令牌。\n\
             {path} cannot be trusted ({reason}): no token is accepted, public queries are answered. Move it away and make tokens anew with innograph token create.",
            path = tokens.path().display()
        );
    }
    if tokens.is_open_to_others() {
        eprintln!(
            "TOKENS_OPEN 其他用户可读写 {path}：请执行 chmod 600 {path}。Other users may read or write {path}: run chmod 600 {path}.",
            path = tokens.path().display()
        );
    }
}

/// What is wrong with the keys of people. Everything else is served all the same.
fn warn_of_keys(engine: &Engine, config: &Config) {
    let view = engine.view();
    let missing = PersonalStanding::of(view.state(), view.vault()).missing;
    if missing > 0 {
        let directory = config.personal_directory();
        eprintln!(
            "PERSONAL_KEYS_MISSING 有 {missing} 个人的密钥不在 {directory}：他们的姓名、电话、邮箱打不开，其余照常。请停止服务，把密钥文件的备份放回后再启动。The keys of {missing} people are not in {directory}: their names and numbers cannot be opened, everything else is served. Stop the service, put a backup of the keys back, and start it again.",
            directory = directory.display()
        );
    }
    if let Some(path) = view.vault().is_open_to_others() {
        eprintln!(
            "PERSONAL_OPEN 其他用户可读写 {path}：请执行 chmod go= {path}。Other users may read or write {path}: run chmod go= {path}.",
            path = path.display()
        );
    }
}

/// What is wrong with the file of accounts. Tokens and reading go on all the same.
fn warn_of_accounts(accounts: &Accounts) {
    let path = accounts.path().display();
    if let Some(reason) = accounts.damage() {
        eprintln!(
            "ACCOUNTS_DAMAGED {path} 不可信（{reason}）：谁也不能用密码登录，令牌与公开查询不受影响。{path} cannot be trusted ({reason}): nobody can log in; tokens count and public queries are answered."
        );
    }
    if accounts.is_open_to_others() {
        eprintln!(
            "ACCOUNTS_OPEN 其他用户可读写 {path}：请执行 chmod 600 {path}。Other users may read or write {path}: run chmod 600 {path}."
        );
    }
}

/// Ends at Ctrl-C or SIGTERM. Both are listened for from now on, not only when it is awaited.
fn stopped() -> std::io::Result<impl Future<Output = ()>> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
