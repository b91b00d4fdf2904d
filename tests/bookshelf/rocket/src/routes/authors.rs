//! Authors.

use rocket::serde::json::Json;
use rocket::State;
use sea_orm::{DatabaseConnection, EntityTrait, QueryOrder, QuerySelect};

use crate::entities::authors;
use crate::error::AppError;

#[get("/")]
pub async fn list_authors(db: &State<DatabaseConnection>) -> Result<Json<Vec<authors::Model>>, AppError> {
    let list = authors::Entity::find().order_by_asc(authors::Column::Name).limit(1000).all(db.inner()).await?;
    Ok(Json(list))
}
