//! Who is calling.

use std::future::{ready, Ready};

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest};
use jsonwebtoken::{decode, DecodingKey, Validation};
use serde::Deserialize;

use crate::error::AppError;

#[derive(Deserialize)]
pub struct CurrentUser {
    pub sub: i32,
}

impl FromRequest for CurrentUser {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(caller(request))
    }
}

fn caller(request: &HttpRequest) -> Result<CurrentUser, AppError> {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = header.and_then(|value| value.strip_prefix("Bearer ")).ok_or(AppError::Unauthenticated)?;
    let secret = std::env::var("JWT_SECRET").map_err(|_| AppError::Internal)?;
    let key = DecodingKey::from_secret(secret.as_bytes());
    let claims = decode::<CurrentUser>(token, &key, &Validation::default()).map_err(|_| AppError::Unauthenticated)?;
    Ok(claims.claims)
}
