//! `innograph serve`.

use std::process::ExitCode;
use std::sync::Arc;

use tokio::net::TcpListener;

use super::exit;
use crate::api::http::{Service, router};
use crate::config::Config;
use crate::domain::Rejection;
use crate::engine::Engine;

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
    let engine = match Engine::open(&config.data) {
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
    let indexing = Arc::clone(&engine);
    tokio::task::spawn_blocking(move || {
        if let Err(error) = indexing.index() {
            tracing::error!(%error, "the search index could not be built");
        }
    });
    println!("科创图谱 innograph: {} http://{address}/", config.store_name_zh());
    println!("查询台 playground:  http://{address}/playground");
    println!("GraphQL:            http://{address}/graphql");
    let service = Arc::new(Service::new(engine, config));
    let served = axum::serve(listener, router(service)).with_graceful_shutdown(stopped()).await;
    match served {
        Ok(()) => ExitCode::from(exit::OK),
        Err(cause) => {
            eprintln!("服务中断 the service broke off: {cause}");
            ExitCode::from(exit::FAILED)
        }
    }
}

async fn stopped() {
    let interrupt = async { tokio::signal::ctrl_c().await.map_err(|_| ()).unwrap_or(()) };
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}
