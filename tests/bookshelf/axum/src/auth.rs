//! Who is calling.

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use jsonwebtoken::{decode, DecodingKey, Validation};
use serde::Deserialize;

use crate::error::AppError;
use crate::AppState;

#[derive(Deserialize)]
pub struct CurrentUser {
    pub sub: i32,
}

impl FromRequestParts<AppState> for CurrentUser {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, AppError> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| value.strip_prefix("Bearer ")).ok_or(AppError::Unauthenticated)?;
        let key = DecodingKey::from_secret(state.jwt_secret.as_bytes());
        let claims = decode::<CurrentUser>(token, &key, &Validation::default()).map_err(|_| AppError::Unauthenticated)?;
        Ok(claims.claims)
    }
}
